package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.server.cli.json.JsonFault;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Imports a file of events into the client's namespace. The calling thread reads and parses, one
 * loop decides what to save, the client's threads do the rest.
 */
public final class Importer {
  private final AsyncAetherClient client;
  private final ImportTally tally;

  /** An importer that counts into the tally. */
  public Importer(AsyncAetherClient client, ImportTally tally) {
    this.client = client;
    this.tally = tally;
  }

  /**
   * Stores what isn't stored yet, and waits until it is. Lines before a bad one are stored.
   *
   * @throws ImportStopped when it can't go on; what the tally says is stored
   */
  public void run(InputStream in) throws ImportStopped, IOException, InterruptedException {
    ExecutorService loop = Executors.newSingleThreadExecutor(Importer::loopThread);
    try (Lines lines = Lines.of(in);
        CommitSaver saver = new CommitSaver(client)) {
      CommitWriter writer = new CommitWriter(client, saver, loop, tally);
      ActorLanes lanes = new ActorLanes(loop, writer::write);
      @Nullable ImportStopped badLine = null;
      try {
        giveAll(lines, lanes);
      } catch (ImportStopped e) {
        badLine = e;
      }
      throwIfPresent(lanes.drain());
      throwIfPresent(badLine);
    } finally {
      loop.shutdown();
    }
  }

  /** Reads until the end or a failure in the lanes. */
  private void giveAll(Lines lines, ActorLanes lanes) throws ImportStopped, InterruptedException {
    LineIdentity identity = new LineIdentity();
    CommitAssembler assembler = new CommitAssembler(identity);
    boolean goOn = true;
    for (Optional<String> text = lines.next(); goOn && text.isPresent(); text = lines.next()) {
      if (!text.get().isBlank()) {
        goOn = giveAll(assembler.add(event(identity, lines.number(), text.get())), lanes);
      }
    }
    if (goOn) {
      giveAll(assembler.end(), lanes);
    }
  }

  private ImportEvent event(LineIdentity identity, long number, String text) throws ImportStopped {
    try {
      ImportLine line = ImportLineParser.parse(number, text);
      if (identity.isNew(line.actorId())) {
        tally.actorMet();
      }
      return identity.event(line);
    } catch (JsonFault e) {
      throw new ImportStopped(number, String.valueOf(e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new ImportStopped(number, e.getMessage() + ": split the file", e);
    }
  }

  private static boolean giveAll(List<ImportCommit> commits, ActorLanes lanes)
      throws InterruptedException {
    for (ImportCommit commit : commits) {
      if (!lanes.give(commit)) {
        return false;
      }
    }
    return true;
  }

  private static void throwIfPresent(@Nullable Throwable failure) throws ImportStopped {
    @Nullable Throwable cause =
        failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof ImportStopped stopped) {
      throw stopped;
    }
    if (cause != null) {
      throw new IllegalStateException("the import failed", cause);
    }
  }

  private static Thread loopThread(Runnable task) {
    Thread thread = new Thread(task, "import-loop");
    thread.setDaemon(true);
    return thread;
  }
}
