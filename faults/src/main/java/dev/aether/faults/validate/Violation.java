package dev.aether.faults.validate;

import dev.aether.faults.history.Answer;
import dev.aether.faults.history.ReadActor;
import dev.aether.faults.history.Sent;
import dev.aether.faults.history.StoredCommit;

/** A broken promise. */
public sealed interface Violation {
  /** What was promised and what was found. */
  String text();

  /** An acknowledged save is not in the log. */
  record Lost(Sent sent, Answer.Saved answer) implements Violation {
    @Override
    public String text() {
      return sent + ", was acknowledged with " + answer + " but is not in the log";
    }
  }

  /** One save is in the log twice. */
  record Doubled(Sent sent, StoredCommit first, StoredCommit second) implements Violation {
    @Override
    public String text() {
      return sent + ", is in the log twice: as " + first + ", and as " + second;
    }
  }

  /** An acknowledged save is elsewhere than the answer says. */
  record Misplaced(Sent sent, Answer.Saved answer, StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return sent + ", was acknowledged with " + answer + " but the log has " + stored;
    }
  }

  /** Two answers to one save name different places. */
  record AnswersDiffer(Sent sent, Answer.Saved first, Answer.Saved second) implements Violation {
    @Override
    public String text() {
      return sent + ", was acknowledged with " + first + " and later with " + second;
    }
  }

  /** The log has other events, or another actor, under the commit id of a save. */
  record ForeignContent(Sent sent, StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return sent + ", has other content in the log: " + stored;
    }
  }

  /** A save that was refused is in the log. */
  record StoredThoughRefused(Sent sent, Answer refusal, StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return sent + ", was refused with " + refusal + " but the log has " + stored;
    }
  }

  /** The log has a commit that no writer sent. */
  record NeverSent(StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return "no writer sent " + stored;
    }
  }

  /** A save was stored although its actor was in another state than it required. */
  record StoredAgainstExpectation(Sent sent, StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return sent + ", was stored in another state of its actor: " + stored;
    }
  }

  /** A conflict that its own version, or an earlier acknowledgement, contradicts. */
  record WrongConflict(Sent sent, Answer.Conflict conflict, long version) implements Violation {
    @Override
    public String text() {
      return sent + ", got " + conflict + " but the actor was at version " + version + " or later";
    }
  }

  /** A save was stored before one that had been acknowledged before it was sent. */
  record Overtaken(Sent acknowledgedFirst, Sent sentAfter) implements Violation {
    @Override
    public String text() {
      return acknowledgedFirst + ", was acknowledged before " + sentAfter + ", but comes after it";
    }
  }

  /** A call ended in a way that no fault explains. */
  record UnexpectedAnswer(String call, String answer) implements Violation {
    @Override
    public String text() {
      return call + ", got " + answer;
    }
  }

  /** The versions of an actor have a gap or overlap, or do not fit the number of events. */
  record VersionGap(long expectedFirst, StoredCommit stored) implements Violation {
    @Override
    public String text() {
      return "the next version of the actor is " + expectedFirst + " but the log has " + stored;
    }
  }

  /** The positions of a log do not grow. */
  record PositionDisorder(StoredCommit before, StoredCommit after) implements Violation {
    @Override
    public String text() {
      return "the log has " + after + " after " + before;
    }
  }

  /** An actor was read that is not in the log, or one that is in the log was not found. */
  record ActorDiffers(ReadActor read, String difference) implements Violation {
    @Override
    public String text() {
      return "actor "
          + read.namespace()
          + "/"
          + read.actor()
          + " read through "
          + read.reader()
          + ": "
          + difference;
    }
  }

  /** A reader of the log did not get a commit. */
  record ReaderGap(String reader, StoredCommit missing) implements Violation {
    @Override
    public String text() {
      return reader + " did not get " + missing;
    }
  }

  /** A reader of the log got a commit twice. */
  record ReaderDouble(String reader, StoredCommit repeated) implements Violation {
    @Override
    public String text() {
      return reader + " got twice " + repeated;
    }
  }

  /** A reader of the log got a commit after a later one. */
  record ReaderDisorder(String reader, StoredCommit before, StoredCommit after)
      implements Violation {
    @Override
    public String text() {
      return reader + " got " + after + " after " + before;
    }
  }

  /** A reader of the log got a commit that is not in the log, or with other content. */
  record ReaderForeign(String reader, StoredCommit delivered) implements Violation {
    @Override
    public String text() {
      return reader + " got what the log does not have: " + delivered;
    }
  }

  /** A process ended although nobody ended it. */
  record ProcessEnded(String ending) implements Violation {
    @Override
    public String text() {
      return "no fault ended it: " + ending;
    }
  }
}
