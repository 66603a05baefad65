package dev.aether.server.store.jetstream.listing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Assembles a page of subjects from JetStream's blocks. A page continues after a subject and not at
 * an offset, because subjects may be added or deleted between two requests, which shifts those
 * after them. The offset is only the first place to look. For one page; its steps run one after
 * another.
 */
final class SubjectPages {
  private final IntFunction<CompletableFuture<SubjectBlock>> blocks;
  private final int blockSize;
  private final String prefix;
  private final int max;
  private final List<String> found = new ArrayList<>();

  private long asOf = Long.MAX_VALUE;

  /** All subjects up to this one are listed already, or not wanted. */
  private String passed;

  /**
   * @param blocks returns the block at an offset
   * @param blockSize the maximum number of subjects in a block, at least 2
   * @param prefix of the wanted subjects
   * @param after the last subject of the previous page; empty: there was none
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
   * A page.
   *
   * @param offset where to look first for the next page
   * @param isLast whether no subjects follow
   * @param asOf that of the oldest block used
   */
  record Page(List<String> subjects, int offset, boolean isLast, long asOf) {}

  /** Reads the page, starting with the block at an offset. */
  CompletableFuture<Page> from(int offset) {
    return blocks
        .apply(offset)
        .thenCompose(
            block ->
                mayLeaveOutSubjects(block)
                    ? from(Math.max(0, block.offset() - blockSize + 1))
                    : take(block));
  }

  /**
   * A block is only certain to leave nothing out if it begins with a subject that is listed
   * already.
   */
  private boolean mayLeaveOutSubjects(SubjectBlock block) {
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
    // If many subjects were added before it, a block may lie completely before the last listed
    // subject.
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
