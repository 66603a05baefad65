package dev.aether.server.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Damages the files in which a stopped nats-server keeps a stream, as a disk might. A block file
 * holds records one after another: length (4 bytes, the highest bit tells of headers), sequence
 * (8), time (8), length of the subject (2), subject, length of the headers (4, if there are any),
 * headers, body, checksum (8).
 */
public final class BlockDamage {
  private static final int LENGTH_MASK = Integer.MAX_VALUE;
  private static final int PREFIX = 22;
  private static final int CHECKSUM = 8;

  private BlockDamage() {}

  /** What happens to the record and what follows it. */
  public enum Kind {
    /** One bit of its body. */
    FLIPPED,
    /** One bit of its subject. */
    FLIPPED_SUBJECT,
    /** All of its bytes become 0. */
    ZEROED,
    /** All of its bytes become random ones. */
    RANDOM,
    /** The file ends in its middle. */
    TRUNCATED
  }

  /** Where a record lies. */
  private record Place(Path file, int offset, int length, int subjectLength) {}

  /**
   * Damages the record with a sequence.
   *
   * @param withIndex whether index.db stays, as it does after an orderly stop
   */
  public static void damage(
      TestNatsServer nats, String stream, long sequence, Kind kind, boolean withIndex, long seed)
      throws IOException {
    Path folder = messages(nats, stream);
    Place place = place(folder, sequence);
    byte[] block = Files.readAllBytes(place.file());
    int end = place.offset() + place.length();
    switch (kind) {
      case FLIPPED -> block[end - CHECKSUM - 1] ^= 1;
      case FLIPPED_SUBJECT -> block[place.offset() + PREFIX + place.subjectLength() - 1] ^= 1;
      case ZEROED -> Arrays.fill(block, place.offset(), end, (byte) 0);
      case RANDOM -> {
        byte[] random = new byte[place.length()];
        new Random(seed).nextBytes(random);
        System.arraycopy(random, 0, block, place.offset(), random.length);
      }
      case TRUNCATED -> block = Arrays.copyOf(block, place.offset() + place.length() / 2);
    }
    Files.write(place.file(), block);
    if (!withIndex) {
      Files.deleteIfExists(folder.resolve("index.db"));
    }
  }

  /** How many blocks a stream has. */
  public static int blocks(TestNatsServer nats, String stream) throws IOException {
    return files(messages(nats, stream)).size();
  }

  private static Path messages(TestNatsServer nats, String stream) throws IOException {
    try (Stream<Path> files = Files.walk(nats.store())) {
      return files
          .filter(file -> file.endsWith(Path.of(stream, "msgs")))
          .findFirst()
          .orElseThrow(() -> new IOException("no folder of " + stream));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".blk")).sorted().toList();
    }
  }

  private static Place place(Path folder, long sequence) throws IOException {
    for (Path file : files(folder)) {
      ByteBuffer block = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      for (int offset = 0; offset + PREFIX <= block.capacity(); ) {
        int length = block.getInt(offset) & LENGTH_MASK;
        if (block.getLong(offset + 4) == sequence) {
          return new Place(file, offset, length, block.getShort(offset + 20));
        }
        offset += length;
      }
    }
    throw new IOException("no record " + sequence + " in " + folder);
  }
}
