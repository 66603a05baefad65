package dev.aether.server.store.jetstream.listing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * A page of subjects out of JetStream's blocks. It goes on after a subject, not at an offset:
 * between two answers subjects may have come, or gone, so that all after them stand elsewhere; the
 * offset only says where to look first. For one page; its steps come one after another.
 */
final class SubjectPages {
  private final IntFunction<CompletableFuture<SubjectBlock>> blocks;
  private final int blockSize;
  private final String prefix;
  private final int max;
  private final List<String> found = new ArrayList<>();

  private long asOf = Long.MAX_VALUE;

  /** All subjects up to this one are listed, or not wanted. */
  private String passed;

  /**
   * @param blocks the block at an offset
   * @param blockSize how many subjects a block has at most, at least 2
   * @param prefix of the subjects wanted
   * @param after the subject that the page before ended with; empty: there was none
   * @param max at least 1
   */
  SubjectPages(
      IntFunction<CompletableFuture<SubjectBlock>> blocks,
      int blockSize,
      String prefix,
      String after,
      int max) {
    this.blocks = blocks;
    this.blockSize = blockSize;
    this.prefix = prefix;
    this.passed = after;
    this.max = max;
  }

  /**
   * The page.
   *
   * @param offset where the next page is to look first
   * @param isLast whether there is nothing after it
   * @param asOf of the earliest block used
   */
  record Page(List<String> subjects, int offset, boolean isLast, long asOf) {}

  /** Looks first in the block at an offset. */
  CompletableFuture<Page> from(int offset) {
    return blocks
        .apply(offset)
        .thenCompose(
            block ->
                mayLeaveOutSome(block)
                    ? from(Math.max(0, block.offset() - blockSize + 1))
                    : take(block));
  }

  /** A block is only sure to leave nothing out if it begins with what was passed already. */
  private boolean mayLeaveOutSome(SubjectBlock block) {
    return block.offset() > 0
        && (block.subjects().isEmpty() || block.subjects().get(0).compareTo(passed) > 0);
  }

  private CompletableFuture<Page> take(SubjectBlock block) {
    asOf = Math.min(asOf, block.asOf());
    List<String> subjects = block.subjects();
    int next = Math.max(from(subjects, prefix), after(subjects, passed));
    while (next < subjects.size() && found.size() < max && isWanted(subjects.get(next))) {
      passed = subjects.get(next++);
      found.add(passed);
    }
    boolean isAllOfPrefix = next < subjects.size() && !isWanted(subjects.get(next));
    boolean isAll = next == subjects.size() && block.isLast();
    if (isAllOfPrefix || isAll || found.size() == max) {
      return CompletableFuture.completedFuture(
          new Page(List.copyOf(found), block.offset(), isAllOfPrefix || isAll, asOf));
    }
    String last = subjects.get(subjects.size() - 1);
    // A block may lie wholly before what was passed, where many came in front of it.
    passed = last.compareTo(passed) > 0 ? last : passed;
    return from(block.offset() + subjects.size() - 1);
  }

  private boolean isWanted(String subject) {
    return subject.startsWith(prefix);
  }

  private static int from(List<String> sorted, String text) {
    int found = Collections.binarySearch(sorted, text);
    return found >= 0 ? found : -found - 1;
  }

  private static int after(List<String> sorted, String text) {
    int found = Collections.binarySearch(sorted, text);
    return found >= 0 ? found + 1 : -found - 1;
  }
}
