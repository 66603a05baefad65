package dev.aether.server.cli.load;

import java.util.ArrayList;
import java.util.List;

/**
 * Combines consecutive lines of one actor with the same commit id into a commit. If the lines have
 * the position at which they were stored, it must be the same, too. Used by one thread.
 */
final class CommitAssembler {
  /** The contract's limit. */
  static final int MAX_EVENTS = 1000;

  /**
   * A commit has at most 3 MiB. In base64 that is 4 MiB, and as metadata that consists of control
   * characters 18 MiB. The rest is for the names of the fields.
   */
  static final int MAX_COMMIT_CHARS = 24 * 1024 * 1024;

  private final LineIdentity identity;
  private final List<ImportEvent> open = new ArrayList<>();
  private int openChars;

  CommitAssembler(LineIdentity identity) {
    this.identity = identity;
  }

  /**
   * Adds the next line. Returns the commits that are now complete, at most two: the previous one,
   * and that of the line if it has no commit id.
   *
   * @throws ImportStopped if the commit of the line becomes too large
   */
  List<ImportCommit> add(ImportEvent event) throws ImportStopped {
    List<ImportCommit> complete = continues(event.line()) ? List.of() : end();
    int chars = event.line().text().length();
    if (open.size() == MAX_EVENTS || openChars + chars > MAX_COMMIT_CHARS) {
      String commitId = event.line().commitId();
      throw new ImportStopped(event.line().number(), "commit \"" + commitId + "\" is too large");
    }
    open.add(event);
    openChars += chars;
    if (!event.line().commitId().isEmpty()) {
      return complete;
    }
    List<ImportCommit> both = new ArrayList<>(complete);
    both.addAll(end());
    return both;
  }

  /** Returns the commit that the end of the file completes, if there is one. */
  List<ImportCommit> end() {
    if (open.isEmpty()) {
      return List.of();
    }
    ImportEvent first = open.get(0);
    String given = first.line().commitId();
    String commitId = given.isEmpty() ? identity.commitId(first) : given;
    ImportCommit commit = new ImportCommit(first.line().actor(), commitId, open, openChars);
    open.clear();
    openChars = 0;
    return List.of(commit);
  }

  private boolean continues(ImportLine line) {
    if (open.isEmpty()) {
      return false;
    }
    ImportLine first = open.get(0).line();
    return line.commitId().equals(first.commitId())
        && line.actor().equals(first.actor())
        && line.place().position().equals(first.place().position());
  }
}
