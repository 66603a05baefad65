package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.server.cli.json.JsonFault;
import dev.aether.server.event.Exceptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Imports a file of events and snapshots. The calling thread reads and parses, a loop thread
 * decides what to save, and the client's threads do the rest.
 */
public final class Importer {
  private final AsyncAetherClient client;
  private final NamespaceChoice namespaces;
  private final ImportTally tally;

  /** Creates an importer that counts in {@code tally}. */
  public Importer(AsyncAetherClient client, NamespaceChoice namespaces, ImportTally tally) {
    this.client = client;
    this.namespaces = namespaces;
    this.tally = tally;
  }

  /**
   * Stores what is not stored yet, and waits until it is. Lines before an invalid one are stored.
   *
   * @throws ImportStopped if the import cannot continue; what the tally has counted is stored
   */
  public void run(InputStream in) throws ImportStopped, IOException, InterruptedException {
    ExecutorService loop = Executors.newSingleThreadExecutor(Importer::loopThread);
    SaveStreamOptions onTheirWay =
        SaveStreamOptions.defaults().withMaxUnanswered(ImportExecutor.MAX_AT_WORK);
    try (SaveStream stream = client.saveStream(onTheirWay);
        Lines lines = Lines.of(in)) {
      CommitSaver saver = new StreamSaver(client, stream);
      ItemWriter writer = new ItemWriter(client, saver, loop, tally);
      ImportExecutor executor = new ImportExecutor(loop, writer::write);
      @Nullable ImportStopped badLine = null;
      try {
        giveAll(lines, executor);
      } catch (ImportStopped e) {
        badLine = e;
      }
      throwIfPresent(executor.drain());
      throwIfPresent(badLine);
    } finally {
      loop.shutdown();
    }
  }

  /** Reads until the end of the file, or until storing fails. */
  private void giveAll(Lines lines, ImportExecutor executor)
      throws ImportStopped, InterruptedException {
    LineIdentity identity = new LineIdentity();
    CommitAssembler assembler = new CommitAssembler(identity);
    boolean goOn = true;
    for (Optional<String> text = lines.next(); goOn && text.isPresent(); text = lines.next()) {
      if (!text.get().isBlank()) {
        goOn = giveAll(items(lines.number(), text.get(), identity, assembler), executor);
      }
      tally.lineRead(lines.number());
    }
    if (goOn) {
      giveAll(assembler.end(), executor);
    }
  }

  /** The items that a line completes: at most the previous commit and its own. */
  private List<? extends ImportItem> items(
      long number, String text, LineIdentity identity, CommitAssembler assembler)
      throws ImportStopped {
    try {
      ImportRecord record = namespaces.place(ImportLineParser.parse(number, text));
      if (record instanceof SnapshotLine snapshot) {
        List<ImportItem> items = new ArrayList<>(assembler.end());
        items.add(snapshot.item());
        return items;
      }
      ImportLine line = (ImportLine) record;
      if (identity.isNew(line.actor())) {
        tally.actorMet();
      }
      return assembler.add(identity.event(line));
    } catch (JsonFault e) {
      throw new ImportStopped(number, String.valueOf(e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new ImportStopped(number, e.getMessage() + ": split the file", e);
    }
  }

  private static boolean giveAll(List<? extends ImportItem> items, ImportExecutor executor)
      throws InterruptedException {
    for (ImportItem item : items) {
      if (!executor.give(item)) {
        return false;
      }
    }
    return true;
  }

  private static void throwIfPresent(@Nullable Throwable failure) throws ImportStopped {
    if (failure == null) {
      return;
    }
    Throwable cause = Exceptions.unwrap(failure);
    if (cause instanceof ImportStopped stopped) {
      throw stopped;
    }
    throw new IllegalStateException("the import failed", cause);
  }

  private static Thread loopThread(Runnable task) {
    Thread thread = new Thread(task, "import-loop");
    thread.setDaemon(true);
    return thread;
  }
}
