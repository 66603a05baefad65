package dev.aether.server.cli.load;

import java.util.ArrayList;
import java.util.List;

/** Puts consecutive lines of one actor and one commit id together. Used by one thread. */
final class CommitAssembler {
  /** The contract's bound. */
  static final int MAX_EVENTS = 1000;

  /** As for one line: what is longer can't be stored as one commit. */
  static final int MAX_COMMIT_CHARS = Lines.MAX_LINE_CHARS;

  private final LineIdentity identity;
  private final List<ImportEvent> open = new ArrayList<>();
  private int openChars;

  CommitAssembler(LineIdentity identity) {
    this.identity = identity;
  }

  /**
   * Takes the next line and gives the commits, at most two, that are complete now: the one before,
   * and the line's own if it names none.
   *
   * @throws ImportStopped when the line makes its commit larger than a commit may be
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

  /** The commit that the file's end completes, if there is one. */
  List<ImportCommit> end() {
    if (open.isEmpty()) {
      return List.of();
    }
    ImportEvent first = open.get(0);
    String given = first.line().commitId();
    String commitId = given.isEmpty() ? identity.commitId(first) : given;
    ImportCommit commit = new ImportCommit(first.line().actorId(), commitId, open, openChars);
    open.clear();
    openChars = 0;
    return List.of(commit);
  }

  private boolean continues(ImportLine line) {
    return !open.isEmpty()
        && line.commitId().equals(open.get(0).line().commitId())
        && line.actorId().equals(open.get(0).line().actorId());
  }
}
