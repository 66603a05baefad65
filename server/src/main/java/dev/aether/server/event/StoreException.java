package dev.aether.server.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Everything that the server decides can go wrong. Each has a {@link Reason} and its values as
 * metadata; the message is for people. These are answers, not accidents: they carry no stack trace.
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

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** The values that belong to the reason, for programs. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The actor is not as the writer expects it. */
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
              + JsonText.quoted(actor.value())
              + " has version "
              + current
              + ", cannot save version "
              + Long.toUnsignedString(attempted),
          conflictMetadata(actor, current, attempted, existing));
      this.actor = actor;
      this.currentVersion = current;
      this.attemptedVersion = attempted;
      this.incarnation = incarnation;
    }

    /**
     * The writer expected version {@code expected}; the actor is at {@code current}.
     *
     * @param incarnation the incarnation of the namespace that was looked at; empty: there is none
     */
    public static VersionConflict at(
        ActorId actor, long current, long expected, Optional<String> incarnation) {
      return new VersionConflict(actor, current, expected + 1, false, incarnation);
    }

    /** The writer expected an actor with events; it has none. */
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

    /** The latest version when the save was refused. */
    public long currentVersion() {
      return currentVersion;
    }

    /** The version that the save would have begun at, unsigned. */
    public long attemptedVersion() {
      return attemptedVersion;
    }

    /** The incarnation of the namespace that the versions are of; empty where nobody made one. */
    public Optional<String> incarnation() {
      return incarnation;
    }
  }

  /** The request breaks the contract. */
  public static final class InvalidRequest extends StoreException {
    private static final long serialVersionUID = 1;

    /** More faults than this are not listed. */
    public static final int MAX_FAULTS = 10;

    /** The message, which travels in a trailer, says no more of them; {@link #faults} does. */
    private static final int MAX_FAULTS_IN_MESSAGE = 3;

    private final transient List<FieldFault> faults;

    public InvalidRequest(List<FieldFault> faults) {
      super(Reason.INVALID_REQUEST, message(faults), Map.of());
      this.faults = faults.stream().limit(MAX_FAULTS).toList();
    }

    private static String message(List<FieldFault> faults) {
      String first =
          faults.stream()
              .limit(MAX_FAULTS_IN_MESSAGE)
              .map(fault -> fault.field() + ' ' + fault.fault())
              .collect(Collectors.joining("; ", "invalid request: ", ""));
      return faults.size() > MAX_FAULTS_IN_MESSAGE ? first + "; and more" : first;
    }

    public InvalidRequest(String field, String fault) {
      this(List.of(new FieldFault(field, fault)));
    }

    /** At least one, at most {@link #MAX_FAULTS}. */
    public List<FieldFault> faults() {
      return faults;
    }
  }

  /** The commit, encoded, is larger than the store takes. */
  public static final class CommitTooLarge extends StoreException {
    private static final long serialVersionUID = 1;

    public CommitTooLarge(long limitBytes, long sizeBytes) {
      this("commit", limitBytes, sizeBytes);
    }

    private CommitTooLarge(String what, long limitBytes, long sizeBytes) {
      super(
          Reason.COMMIT_TOO_LARGE,
          what + " too large: " + sizeBytes + " bytes encoded, the limit is " + limitBytes,
          Map.of("limit_bytes", Long.toString(limitBytes), "size_bytes", Long.toString(sizeBytes)));
    }

    /** A broadcast may take what a commit may, and has the same reason. */
    public static CommitTooLarge ofBroadcast(long limitBytes, long sizeBytes) {
      return new CommitTooLarge("broadcast", limitBytes, sizeBytes);
    }
  }

  /** The snapshot, encoded, is larger than the store takes. */
  public static final class SnapshotTooLarge extends StoreException {
    private static final long serialVersionUID = 1;

    public SnapshotTooLarge(long limitBytes, long sizeBytes) {
      super(
          Reason.SNAPSHOT_TOO_LARGE,
          "snapshot too large: " + sizeBytes + " bytes encoded, the limit is " + limitBytes,
          Map.of("limit_bytes", Long.toString(limitBytes), "size_bytes", Long.toString(sizeBytes)));
    }
  }

  /** The snapshot's version is above the actor's. */
  public static final class SnapshotAhead extends StoreException {
    private static final long serialVersionUID = 1;

    /**
     * @param snapshot the refused snapshot's version, unsigned
     */
    public SnapshotAhead(ActorId actor, long current, long snapshot) {
      super(
          Reason.SNAPSHOT_AHEAD,
          "snapshot ahead: actor "
              + JsonText.quoted(actor.value())
              + " has version "
              + current
              + ", the snapshot "
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
              + JsonText.quoted(actor.value())
              + " has a snapshot of version "
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
          "no snapshot: of actor " + JsonText.quoted(actor.value()),
          Map.of("actor_id", actor.value()));
    }
  }

  /** The cursor means nothing here. */
  public static final class CursorUnknown extends StoreException {
    private static final long serialVersionUID = 1;

    public CursorUnknown(String why) {
      super(Reason.CURSOR_UNKNOWN, "cursor unknown: " + why, Map.of());
    }

    /** The commit that a reader stands on is gone. */
    public static CursorUnknown commitsLost() {
      return new CursorUnknown(
          "the store has lost commits, and another one has the position of the last commit read");
    }
  }

  /** What the cursor stands before is gone. */
  public static final class CursorExpired extends StoreException {
    private static final long serialVersionUID = 1;

    public CursorExpired(Namespace namespace, long firstAvailable) {
      super(
          Reason.CURSOR_EXPIRED,
          "cursor expired: namespace " + namespace + " begins at position " + firstAvailable,
          Map.of("namespace", namespace.name(), "first_available", Long.toString(firstAvailable)));
    }
  }

  /** What was asked for was trimmed. */
  public static final class HistoryTrimmed extends StoreException {
    private static final long serialVersionUID = 1;

    public HistoryTrimmed(ActorId actor, long firstAvailable) {
      super(
          Reason.HISTORY_TRIMMED,
          "history trimmed: actor "
              + JsonText.quoted(actor.value())
              + " begins at version "
              + firstAvailable,
          Map.of("first_available", Long.toString(firstAvailable)));
    }
  }

  /** The commit id names a stored commit with other content. */
  public static final class CommitIdReused extends StoreException {
    private static final long serialVersionUID = 1;

    public CommitIdReused(CommitId commitId) {
      super(
          Reason.COMMIT_ID_REUSED,
          "commit id reused: " + commitId + " is stored with other content",
          Map.of("commit_id", commitId.value()));
    }
  }

  /** There is no such namespace, and none is made. */
  public static final class NamespaceNotFound extends StoreException {
    private static final long serialVersionUID = 1;

    public NamespaceNotFound(Namespace namespace) {
      super(
          Reason.NAMESPACE_NOT_FOUND,
          "namespace not found: " + namespace,
          Map.of("namespace", namespace.name()));
    }
  }

  /** There is such a namespace already. */
  public static final class NamespaceExists extends StoreException {
    private static final long serialVersionUID = 1;

    public NamespaceExists(Namespace namespace) {
      super(
          Reason.NAMESPACE_EXISTS,
          "namespace exists: " + namespace,
          Map.of("namespace", namespace.name()));
    }
  }

  /** A bound of this server was reached; nothing was stored. */
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

  /** The store has no room; nothing was stored. */
  public static final class StoreFull extends StoreException {
    private static final long serialVersionUID = 1;

    public StoreFull(String why) {
      super(Reason.STORE_FULL, "store full: " + why, Map.of());
    }
  }

  /** The store is out of reach; nothing was stored. */
  public static final class StoreUnavailable extends StoreException {
    private static final long serialVersionUID = 1;

    public StoreUnavailable(String why) {
      super(Reason.STORE_UNAVAILABLE, "store unavailable: " + why, Map.of());
    }
  }

  /** The save may be stored, or the namespace made or deleted, now or later. */
  public static final class OutcomeUnknown extends StoreException {
    private static final long serialVersionUID = 1;

    /** Of the making or deleting of a namespace. */
    public OutcomeUnknown(Namespace namespace, String why) {
      super(
          Reason.OUTCOME_UNKNOWN, "outcome unknown: " + why, Map.of("namespace", namespace.name()));
    }

    /** Of a save. */
    public OutcomeUnknown(CommitId commitId, String why) {
      super(
          Reason.OUTCOME_UNKNOWN, "outcome unknown: " + why, Map.of("commit_id", commitId.value()));
    }

    /** The same of a change of an actor's snapshot. */
    public OutcomeUnknown(ActorId actor, String why) {
      super(Reason.OUTCOME_UNKNOWN, "outcome unknown: " + why, Map.of("actor_id", actor.value()));
    }
  }

  /** This node is stopping; nothing was stored. */
  public static final class ShuttingDown extends StoreException {
    private static final long serialVersionUID = 1;

    public ShuttingDown() {
      super(Reason.SHUTTING_DOWN, "shutting down", Map.of());
    }
  }

  /** The call is part of the contract and not served; nothing was changed. */
  public static final class Unimplemented extends StoreException {
    private static final long serialVersionUID = 1;

    public Unimplemented(String method) {
      super(Reason.UNIMPLEMENTED, "unimplemented: " + method, Map.of("method", method));
    }
  }

  /** A stored record can't be decoded. */
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

    /** The actor, as far as it is known; else empty. */
    public String actorId() {
      return actorId;
    }

    public int partition() {
      return partition;
    }

    public long position() {
      return position;
    }

    /** What is wrong with the record, for people. */
    public String why() {
      return why;
    }
  }
}
