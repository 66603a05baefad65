package dev.aether.server.ops;

/**
 * Counts of saves since the start of the node.
 *
 * @param stored saves that were stored
 * @param slow those of them that took longer than a second
 */
public record SaveCounts(long stored, long slow) {
  static final SaveCounts NONE = new SaveCounts(0, 0);

  SaveCounts since(SaveCounts before) {
    return new SaveCounts(stored - before.stored, slow - before.slow);
  }
}
