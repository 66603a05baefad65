package dev.aether.server.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts consecutive lines of one actor and one commit id together. Used by one thread. */
final class CommitAssembler {
  /** The contract's bound. */
  static final int MAX_EVENTS = 1000;

  /** As for one line: what is longer can't be stored as one commit. */
  static final int MAX_COMMIT_CHARS = Lines.MAX_LINE_CHARS;

  private final LineIdentity identity = new LineIdentity();
  private final List<ImportEvent> open = new ArrayList<>();
  private int openChars;

  /**
   * Takes the next line; gives the commit that it shows to be complete.
   *
   * @throws ImportStopped when the line makes its commit larger than a commit may be
   */
  Optional<ImportCommit> add(ImportLine line) throws ImportStopped {
    Optional<ImportCommit> complete = continues(line) ? Optional.empty() : end();
    if (open.size() == MAX_EVENTS || openChars + line.text().length() > MAX_COMMIT_CHARS) {
      throw new ImportStopped(line.number(), "commit " + line.commitId() + " is too large");
    }
    open.add(event(line));
    openChars += line.text().length();
    return complete;
  }

  /** The commit that the lines end with, if there were lines. */
  Optional<ImportCommit> end() {
    if (open.isEmpty()) {
      return Optional.empty();
    }
    ImportEvent first = open.get(0);
    String given = first.line().commitId();
    String commitId = given.isEmpty() ? identity.commitId(first) : given;
    ImportCommit commit = new ImportCommit(first.line().actorId(), commitId, open, openChars);
    open.clear();
    openChars = 0;
    return Optional.of(commit);
  }

  private boolean continues(ImportLine line) {
    return !open.isEmpty()
        && !line.commitId().isEmpty()
        && line.commitId().equals(open.get(0).line().commitId())
        && line.actorId().equals(open.get(0).line().actorId());
  }

  private ImportEvent event(ImportLine line) throws ImportStopped {
    try {
      return identity.event(line);
    } catch (IllegalStateException e) {
      throw new ImportStopped(line.number(), e.getMessage() + ": split the file", e);
    }
  }
}
