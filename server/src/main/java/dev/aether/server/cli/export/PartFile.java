package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import dev.aether.server.cli.files.DurableText;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets its name only when it is complete. Until then it is named FILE.part, and
 * FILE.part.at records how many of its bytes are valid and the cursor after them. The next export
 * of the same origin continues there if this one is interrupted. If the name ends in .gz, the file
 * is compressed with gzip: it has one member for each stretch between two notes, which together
 * decompress to one text. Used by one thread.
 */
public final class PartFile implements ExportTarget, Closeable {
  /** Interval between two notes, and thus the most work that an interruption costs. */
  public static final Duration NOTE_EVERY = Duration.ofSeconds(5);

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path file;
  private final Path part;
  private final String origin;
  private final Map<String, String> incarnations;
  private final long noteEveryNanos;
  private final FileChannel channel;
  private final DurableText note;
  private @Nullable Cursor start;
  private @Nullable String recreated;
  private @Nullable OutputStream out;
  private long notedNanos = System.nanoTime();

  private PartFile(
      Path file,
      String origin,
      Map<String, String> incarnations,
      Duration noteEvery,
      FileChannel channel) {
    this.file = file;
    this.part = beside(file, ".part");
    this.origin = origin;
    this.incarnations = new TreeMap<>(incarnations);
    this.noteEveryNanos = noteEvery.toNanos();
    this.channel = channel;
    this.note = new DurableText(beside(file, ".part.at"));
  }

  /**
   * Creates the file, or continues with what an earlier run of the same origin left.
   *
   * @param origin what is exported and from where
   * @param incarnations by name, of the namespaces that are exported. What an earlier run left of
   *     another incarnation is discarded: it and the new one have the same versions of actors
   * @throws IOException also if another export is writing the file
   */
  public static PartFile open(
      Path file, String origin, Map<String, String> incarnations, Duration noteEvery)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            beside(file, ".part"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      PartFile opened = new PartFile(file, origin, incarnations, noteEvery, channel);
      opened.lock();
      opened.position();
      return opened;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private void lock() throws IOException {
    boolean mine;
    try {
      mine = channel.tryLock() != null && Files.exists(part);
    } catch (OverlappingFileLockException e) {
      mine = false;
    }
    if (!mine) {
      throw new IOException("another export is writing " + file);
    }
  }

  private void position() throws IOException {
    Optional<PartNote> noted =
        note.read().flatMap(PartNote::of).filter(found -> found.origin().equals(origin));
    recreated = noted.flatMap(found -> recreated(found.incarnations())).orElse(null);
    if (noted.isPresent() && recreated == null && noted.get().bytes() <= channel.size()) {
      // Also of those that do not exist now: they may again before the next run.
      noted.get().incarnations().forEach(incarnations::putIfAbsent);
      start = noted.get().cursor();
      channel.truncate(noted.get().bytes());
      channel.position(noted.get().bytes());
    } else {
      startOver();
    }
  }

  private Optional<String> recreated(Map<String, String> before) {
    return incarnations.entrySet().stream()
        .filter(now -> !now.getValue().equals(before.getOrDefault(now.getKey(), now.getValue())))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The namespace that was recreated, so that what an earlier run left was discarded. */
  public Optional<String> recreated() {
    return Optional.ofNullable(recreated);
  }

  /** Discards what an earlier run left. */
  public void startOver() throws IOException {
    note.delete();
    out = null;
    channel.truncate(0);
    channel.position(0);
    start = null;
  }

  /** The cursor to continue at; empty for the beginning. */
  public Optional<Cursor> start() {
    return Optional.ofNullable(start);
  }

  @Override
  public void line(String text) throws IOException {
    OutputStream stream = out;
    if (stream == null) {
      stream = newMember();
      out = stream;
    }
    stream.write(text.getBytes(StandardCharsets.UTF_8));
    stream.write('\n');
  }

  private OutputStream newMember() throws IOException {
    OutputStream raw = new Unclosed(Channels.newOutputStream(channel));
    boolean gzip = file.toString().endsWith(".gz");
    return new BufferedOutputStream(
        gzip ? new GZIPOutputStream(raw, BUFFER_BYTES) : raw, BUFFER_BYTES);
  }

  @Override
  public void reached(Cursor cursor) throws IOException {
    if (System.nanoTime() - notedNanos < noteEveryNanos) {
      return;
    }
    endMember();
    channel.force(false);
    note.write(new PartNote(origin, incarnations, channel.position(), cursor).text());
    notedNanos = System.nanoTime();
  }

  private void endMember() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }

  @Override
  public void finish() throws IOException {
    if (out == null && channel.position() == 0) {
      out = newMember(); // Even empty gzip data is not an empty file.
    }
    endMember();
    channel.force(true);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    note.delete();
  }

  /** Closes the file. If it is not finished, the next run can continue it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A stream whose close() flushes but leaves the channel open. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
