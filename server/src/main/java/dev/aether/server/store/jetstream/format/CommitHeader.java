package dev.aether.server.store.jetstream.format;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.event.ExpectedVersion;

/**
 * What must be known about a commit without its body, in one NATS header per message, format 1:
 *
 * <pre>{@code 1 FIRST LAST NUMBER KIND DIGEST POINTERS COMMIT_ID}</pre>
 *
 * separated by single spaces. docs/stored-form.md has the details, and golden files pin the format.
 *
 * @param kind {@link ExpectedVersion#letter} of the writer's expectation
 * @param digest of the request
 * @param before the skip pointers over the actor's earlier commits
 */
public record CommitHeader(
    long firstVersion,
    long lastVersion,
    char kind,
    String digest,
    SkipPointers before,
    String commitId) {
  /** The name of the header. */
  public static final String NAME = "Aether-Commit";

  private static final String FORMAT = "1";
  private static final int FIELDS = 8;
  private static final String NO_RUNGS = "~";

  /** The commit's number in its actor's history, from 1. */
  public long number() {
    return before.count() + 1;
  }

  /** The sequence of the actor's previous commit; 0: this is the first. */
  public long previous() {
    return before.size() == 0 ? 0 : before.sequence(0);
  }

  public String format() {
    StringBuilder text = new StringBuilder(160);
    text.append(FORMAT).append(' ');
    text.append(firstVersion).append(' ');
    text.append(lastVersion).append(' ');
    text.append(number()).append(' ');
    text.append(kind).append(' ');
    text.append(digest).append(' ');
    if (before.size() == 0) {
      text.append(NO_RUNGS);
    }
    for (int pointer = 0; pointer < before.size(); pointer++) {
      if (pointer > 0) {
        text.append(',');
      }
      text.append(before.sequence(pointer)).append(':').append(before.lastVersion(pointer));
    }
    return text.append(' ').append(commitId).toString();
  }

  /**
   * Parses a header.
   *
   * @throws CorruptRecordException if it does not have format 1; the message names a newer format
   */
  public static CommitHeader parse(String text) throws CorruptRecordException {
    String[] fields = text.split(" ", -1);
    if (!fields[0].equals(FORMAT)) {
      throw new CorruptRecordException(
          "has stored format " + fields[0] + "; this server knows format " + FORMAT);
    }
    if (fields.length != FIELDS || fields[4].length() != 1) {
      throw new CorruptRecordException("has a malformed header");
    }
    try {
      long first = Long.parseLong(fields[1]);
      long last = Long.parseLong(fields[2]);
      long number = Long.parseLong(fields[3]);
      SkipPointers before = SkipPointers.of(number - 1, pointers(fields[6]));
      if (number < 1 || last < first || first <= before.latestVersion()) {
        throw new CorruptRecordException("has impossible versions");
      }
      return new CommitHeader(first, last, fields[4].charAt(0), fields[5], before, fields[7]);
    } catch (IllegalArgumentException e) {
      throw new CorruptRecordException("has a malformed header");
    }
  }

  private static long[] pointers(String text) {
    if (text.equals(NO_RUNGS)) {
      return new long[0];
    }
    String[] pairs = text.split(",", -1);
    long[] pointers = new long[2 * pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      int colon = pairs[i].indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("a pointer without version");
      }
      pointers[2 * i] = Long.parseLong(pairs[i], 0, colon, 10);
      pointers[2 * i + 1] = Long.parseLong(pairs[i], colon + 1, pairs[i].length(), 10);
    }
    return pointers;
  }
}
