package dev.aether.server.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The errors that the contract defines. Each has a {@link Reason} with its values as metadata for
 * programs, and a message for people. They are answers to the client rather than faults of the
 * server, so they have no stack trace.
 */
public abstract sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient Map<String, String> metadata;

  private StoreException(Reason reason, String message, Map<String, String> metadata) {
    super(message, null, false, false);
    this.reason = reason;
    this.metadata = metadata;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** The reason, for programs. */
  public Reason reason() {
    return reason;
  }

  /** The values that belong to the reason, for programs, as documented in {@code errors.proto}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The actor is not in the state that the save requires. */
  public static final class VersionConflict extends StoreException {
    private static final long serialVersionUID = 1;
    private final transient ActorId actor;
    private final long currentVersion;
    private final long attemptedVersion;
    private final transient Optional<String> incarnation;

    private VersionConflict(
        ActorId actor,
        long current,
        long attempted,
        boolean existing,
        Optional<String> incarnation) {
      super(
          Reason.VERSION_CONFLICT,
          "version conflict: actor "
              + Quoting.quote(actor.value())
              + " is at version "
              + current
              + (existing
                  ? ", but the save requires an existing actor"
                  : ", cannot save version " + Long.toUnsignedString(attempted)),
          conflictMetadata(actor, current, attempted, existing));
      this.actor = actor;
      this.currentVersion = current;
      this.attemptedVersion = attempted;
      this.incarnation = incarnation;
    }

    /**
     * The save requires version {@code expected}, but the actor is at {@code current}.
     *
     * @param incarnation the incarnation of the namespace that was read; empty if the namespace
     *     does not exist
     */
    public static VersionConflict at(
        ActorId actor, long current, long expected, Optional<String> incarnation) {
      return new VersionConflict(actor, current, expected + 1, false, incarnation);
    }

    /** The save requires an existing actor, but the actor has no events. */
    public static VersionConflict missing(ActorId actor) {
      return new VersionConflict(actor, 0, 0, true, Optional.empty());
    }

    private static Map<String, String> conflictMetadata(
        ActorId actor, long current, long attempted, boolean existing) {
      String currentText = Long.toString(current);
      String attemptedText = Long.toUnsignedString(attempted);
      return existing
          ? Map.of(
              "actor_id",
              actor.value(),
              "current_version",
              currentText,
              "attempted_version",
              attemptedText,
              "expected",
              "existing")
          : Map.of(
              "actor_id", actor.value(),
              "current_version", currentText,
              "attempted_version", attemptedText);
    }

    public ActorId actor() {
      return actor;
    }

    /** The actor's latest version at the time of the refusal. */
    public long currentVersion() {
      return currentVersion;
    }

    /** The version that the first event of the save would have had, unsigned. */
    public long attemptedVersion() {
      return attemptedVersion;
    }

    /** The incarnation of the namespace that the versions belong to; empty if it does not exist. */
    public Optional<String> incarnation() {
      return incarnation;
    }
  }

  /** The request violates the contract. */
  public static final class InvalidRequest extends StoreException {
    private static final long serialVersionUID = 1;

    /** The most invalid fields that are listed. */
    public static final int MAX_VIOLATIONS = 10;

    /**
     * The most invalid fields in the message, which must fit into a trailer. {@link #violations}
     * lists all.
     */
    private static final int MAX_VIOLATIONS_IN_MESSAGE = 3;

    private final transient List<FieldViolation> violations;

    public InvalidRequest(List<FieldViolation> violations) {
      super(Reason.INVALID_REQUEST, message(violations), Map.of());
      this.violations = violations.stream().limit(MAX_VIOLATIONS).toList();
    }

    private static String message(List<FieldViolation> violations) {
      String first =
          violations.stream()
              .limit(MAX_VIOLATIONS_IN_MESSAGE)
              .map(violation -> violation.field() + ' ' + violation.description())
              .collect(Collectors.joining("; ", "invalid request: ", ""));
      return violations.size() > MAX_VIOLATIONS_IN_MESSAGE ? first + "; and more" : first;
    }

    public InvalidRequest(String field, String description) {
      this(List.of(new FieldViolation(field, description)));
    }

    /** The invalid fields: at least one, at most {@link #MAX_VIOLATIONS}. */
    public List<FieldViolation> violations() {
      return violations;
    }
  }

  /** The encoded commit is larger than the store accepts. */
  public static final class CommitTooLarge extends StoreException {
    private static final long serialVersionUID = 1;

    public CommitTooLarge(long limitBytes, long sizeBytes) {
      this("commit", limitBytes, sizeBytes);
    }

    private CommitTooLarge(String what, long limitBytes, long sizeBytes) {
      super(
          Reason.COMMIT_TOO_LARGE,
          what
              + " too large: "
              + sizeBytes
              + " bytes encoded, the limit is "
              + limitBytes
              + " bytes",
          Map.of("limit_bytes", Long.toString(limitBytes), "size_bytes", Long.toString(sizeBytes)));
    }

    /** A broadcast has the same size limit and the same reason as a commit. */
    public static CommitTooLarge ofBroadcast(long limitBytes, long sizeBytes) {
      return new CommitTooLarge("broadcast", limitBytes, sizeBytes);
    }
  }

  /** The encoded snapshot is larger than the store accepts. */
  public static final class SnapshotTooLarge extends StoreException {
    private static final long serialVersionUID = 1;

    public SnapshotTooLarge(long limitBytes, long sizeBytes) {
      super(
          Reason.SNAPSHOT_TOO_LARGE,
          "snapshot too large: "
              + sizeBytes
              + " bytes encoded, the limit is "
              + limitBytes
              + " bytes",
          Map.of("limit_bytes", Long.toString(limitBytes), "size_bytes", Long.toString(sizeBytes)));
    }
  }

  /** The snapshot's version is higher than the actor's. */
  public static final class SnapshotAhead extends StoreException {
    private static final long serialVersionUID = 1;

    /**
     * @param snapshot version of the refused snapshot, unsigned
     */
    public SnapshotAhead(ActorId actor, long current, long snapshot) {
      super(
          Reason.SNAPSHOT_AHEAD,
          "snapshot ahead: actor "
              + Quoting.quote(actor.value())
              + " is at version "
              + current
              + ", the snapshot has version "
              + Long.toUnsignedString(snapshot),
          Map.of(
              "actor_id", actor.value(),
              "current_version", Long.toString(current),
              "snapshot_version", Long.toUnsignedString(snapshot)));
    }
  }

  /** A newer snapshot is stored. */
  public static final class SnapshotOutdated extends StoreException {
    private static final long serialVersionUID = 1;

    public SnapshotOutdated(ActorId actor, long stored, long snapshot) {
      super(
          Reason.SNAPSHOT_OUTDATED,
          "snapshot outdated: actor "
              + Quoting.quote(actor.value())
              + " already has a snapshot of version "
              + stored
              + ", cannot save one of version "
              + snapshot,
          Map.of(
              "actor_id", actor.value(),
              "stored_version", Long.toString(stored),
              "snapshot_version", Long.toString(snapshot)));
    }
  }

  /** The actor has no snapshot. */
  public static final class NoSnapshot extends StoreException {
    private static final long serialVersionUID = 1;

    public NoSnapshot(ActorId actor) {
      super(
          Reason.NO_SNAPSHOT,
          "no snapshot: actor " + Quoting.quote(actor.value()) + " has none",
          Map.of("actor_id", actor.value()));
    }
  }

  /** The store cannot resume from the cursor. */
  public static final class CursorUnknown extends StoreException {
    private static final long serialVersionUID = 1;

    public CursorUnknown(String why) {
      super(Reason.CURSOR_UNKNOWN, "cursor unknown: " + why, Map.of());
    }

    /** The store has lost the last commit that a reader has read. */
    public static CursorUnknown commitsLost() {
      return new CursorUnknown(
          "the store has lost commits, and another commit is now at the position of the last one read");
    }
  }

  /** The commits after the cursor were trimmed. */
  public static final class CursorExpired extends StoreException {
    private static final long serialVersionUID = 1;

    public CursorExpired(Namespace namespace, long firstAvailable) {
      super(
          Reason.CURSOR_EXPIRED,
          "cursor expired: namespace " + namespace + " now starts at position " + firstAvailable,
          Map.of("namespace", namespace.name(), "first_available", Long.toString(firstAvailable)));
    }
  }

  /** The requested events were trimmed. */
  public static final class HistoryTrimmed extends StoreException {
    private static final long serialVersionUID = 1;

    public HistoryTrimmed(ActorId actor, long firstAvailable) {
      super(
          Reason.HISTORY_TRIMMED,
          "history trimmed: the history of actor "
              + Quoting.quote(actor.value())
              + " now starts at version "
              + firstAvailable,
          Map.of("first_available", Long.toString(firstAvailable)));
    }
  }

  /** A commit with the same id but different content is already stored. */
  public static final class CommitIdReused extends StoreException {
    private static final long serialVersionUID = 1;

    public CommitIdReused(CommitId commitId) {
      super(
          Reason.COMMIT_ID_REUSED,
          "commit id reused: commit " + commitId + " is already stored with different content",
          Map.of("commit_id", commitId.value()));
    }
  }

  /** The namespace does not exist, and the call does not create it. */
  public static final class NamespaceNotFound extends StoreException {
    private static final long serialVersionUID = 1;

    public NamespaceNotFound(Namespace namespace) {
      super(
          Reason.NAMESPACE_NOT_FOUND,
          "namespace not found: " + namespace,
          Map.of("namespace", namespace.name()));
    }
  }

  /** The namespace already exists. */
  public static final class NamespaceExists extends StoreException {
    private static final long serialVersionUID = 1;

    public NamespaceExists(Namespace namespace) {
      super(
          Reason.NAMESPACE_EXISTS,
          "namespace exists: " + namespace + " has already been created",
          Map.of("namespace", namespace.name()));
    }
  }

  /** A limit of this server was reached; nothing was stored. */
  public static final class Overloaded extends StoreException {
    private static final long serialVersionUID = 1;
    private final transient Duration retryAfter;

    public Overloaded(String bound, Duration retryAfter) {
      super(Reason.OVERLOADED, "overloaded: " + bound, Map.of("bound", bound));
      this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
      return retryAfter;
    }
  }

  /** The store is full; nothing was stored. */
  public static final class StoreFull extends StoreException {
    private static final long serialVersionUID = 1;

    public StoreFull(String why) {
      super(Reason.STORE_FULL, "store full: " + why, Map.of());
    }
  }

  /** The store cannot be reached; nothing was stored. */
  public static final class StoreUnavailable extends StoreException {
    private static final long serialVersionUID = 1;

    public StoreUnavailable(String why) {
      super(Reason.STORE_UNAVAILABLE, "store unavailable: " + why, Map.of());
    }
  }

  /** The change may or may not have taken effect, or may still do so. */
  public static final class OutcomeUnknown extends StoreException {
    private static final long serialVersionUID = 1;

    /** For the creation or deletion of a namespace, and for a broadcast in it. */
    public OutcomeUnknown(Namespace namespace, String why) {
      super(
          Reason.OUTCOME_UNKNOWN,
          "outcome unknown: the call on namespace "
              + namespace
              + " may or may not have taken effect: "
              + why,
          Map.of("namespace", namespace.name()));
    }

    /** For a save. */
    public OutcomeUnknown(CommitId commitId, String why) {
      super(
          Reason.OUTCOME_UNKNOWN,
          "outcome unknown: commit " + commitId + " may or may not be stored: " + why,
          Map.of("commit_id", commitId.value()));
    }

    /** For a change to an actor's snapshot. */
    public OutcomeUnknown(ActorId actor, String why) {
      super(
          Reason.OUTCOME_UNKNOWN,
          "outcome unknown: the snapshot of actor "
              + Quoting.quote(actor.value())
              + " may or may not have been changed: "
              + why,
          Map.of("actor_id", actor.value()));
    }
  }

  /** This node is shutting down; nothing was stored. */
  public static final class ShuttingDown extends StoreException {
    private static final long serialVersionUID = 1;

    public ShuttingDown() {
      super(Reason.SHUTTING_DOWN, "shutting down: this node accepts no more calls", Map.of());
    }
  }

  /** The call is part of the contract but not implemented; nothing was changed. */
  public static final class Unimplemented extends StoreException {
    private static final long serialVersionUID = 1;

    public Unimplemented(String method) {
      super(Reason.UNIMPLEMENTED, "unimplemented: " + method, Map.of("method", method));
    }
  }

  /** A stored record cannot be decoded or is missing. */
  public static final class CorruptRecord extends StoreException {
    private static final long serialVersionUID = 1;
    private final String actorId;
    private final int partition;
    private final long position;
    private final String why;

    public CorruptRecord(String actorId, int partition, long position, String why) {
      super(
          Reason.CORRUPT_RECORD,
          "corrupt record at position " + position + " of partition " + partition + ": " + why,
          Map.of("partition", Integer.toString(partition), "position", Long.toString(position)));
      this.actorId = actorId;
      this.partition = partition;
      this.position = position;
      this.why = why;
    }

    /** The actor's id; empty if it is unknown. */
    public String actorId() {
      return actorId;
    }

    public int partition() {
      return partition;
    }

    public long position() {
      return position;
    }

    /** What is wrong with the record, as text for an error message. */
    public String why() {
      return why;
    }
  }
}
