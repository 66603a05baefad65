package dev.aether.server.cli.load;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts consecutive lines of one actor and one commit id together; where they say at which position
 * they were stored, that must be one, too. Used by one thread.
 */
final class CommitAssembler {
  /** The contract's bound. */
  static final int MAX_EVENTS = 1000;

  /**
   * A commit takes 3 MiB at most. Base64 makes 4 MiB of that and metadata of nothing but control
   * characters 18 MiB; the rest is for the names of the fields.
   */
  static final int MAX_COMMIT_CHARS = 24 * 1024 * 1024;

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
