package dev.aether.server.event;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The errors that the contract defines. Each has a {@link Reason} with its values as metadata for
 * programs, and a message for people. They are answers to the client rather than faults of the
 * server, so they have no stack trace. A reason has a subclass only if the server itself needs its
 * values; all others are created by a method that is named after the reason. The class is long
 * because it lists every error of the contract, with its message, in one place.
 */
public sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Names the lack of all rights, for calls that need any of them. */
  public static final String ANY_RIGHT = "any";

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

  /** Whether a failure, possibly wrapped by futures, has this reason. */
  public static boolean hasReason(Throwable thrown, Reason reason) {
    return Exceptions.unwrap(thrown) instanceof StoreException known && known.reason == reason;
  }

  /** The encoded commit is larger than the store accepts. */
  public static StoreException commitTooLarge(long limitBytes, long sizeBytes) {
    return tooLarge(Reason.COMMIT_TOO_LARGE, "commit", limitBytes, sizeBytes);
  }

  /** The encoded broadcast is larger than the store accepts: the limit and reason of commits. */
  public static StoreException broadcastTooLarge(long limitBytes, long sizeBytes) {
    return tooLarge(Reason.COMMIT_TOO_LARGE, "broadcast", limitBytes, sizeBytes);
  }

  /** The encoded snapshot is larger than the store accepts. */
  public static StoreException snapshotTooLarge(long limitBytes, long sizeBytes) {
    return tooLarge(Reason.SNAPSHOT_TOO_LARGE, "snapshot", limitBytes, sizeBytes);
  }

  private static StoreException tooLarge(Reason reason, String what, long limit, long size) {
    return new StoreException(
        reason,
        what + " too large: " + size + " bytes encoded, the limit is " + limit + " bytes",
        Map.of("limit_bytes", Long.toString(limit), "size_bytes", Long.toString(size)));
  }

  /**
   * The snapshot's version is higher than the actor's.
   *
   * @param snapshot version of the refused snapshot, unsigned
   */
  public static StoreException snapshotAhead(ActorId actor, long current, long snapshot) {
    return new StoreException(
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

  /** A newer snapshot is stored. */
  public static StoreException snapshotOutdated(ActorId actor, long stored, long snapshot) {
    return new StoreException(
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

  /** The actor has no snapshot. */
  public static StoreException noSnapshot(ActorId actor) {
    return new StoreException(
        Reason.NO_SNAPSHOT,
        "no snapshot: actor " + Quoting.quote(actor.value()) + " has none",
        Map.of("actor_id", actor.value()));
  }

  /** The store cannot resume from the cursor. */
  public static StoreException cursorUnknown(String why) {
    return new StoreException(Reason.CURSOR_UNKNOWN, "cursor unknown: " + why, Map.of());
  }

  /** The store has lost the last commit that a reader has read. */
  public static StoreException commitsLost() {
    return cursorUnknown(
        "the store has lost commits, and another commit is now at the position of the last one read");
  }

  /** The commits after the cursor were trimmed. */
  public static StoreException cursorExpired(Namespace namespace, long firstAvailable) {
    return new StoreException(
        Reason.CURSOR_EXPIRED,
        "cursor expired: namespace " + namespace + " now starts at position " + firstAvailable,
        Map.of("namespace", namespace.name(), "first_available", Long.toString(firstAvailable)));
  }

  /** The requested events were trimmed. */
  public static StoreException historyTrimmed(ActorId actor, long firstAvailable) {
    return new StoreException(
        Reason.HISTORY_TRIMMED,
        "history trimmed: the history of actor "
            + Quoting.quote(actor.value())
            + " now starts at version "
            + firstAvailable,
        Map.of("first_available", Long.toString(firstAvailable)));
  }

  /** A commit with the same id but different content is already stored. */
  public static StoreException commitIdReused(CommitId commitId) {
    return new StoreException(
        Reason.COMMIT_ID_REUSED,
        "commit id reused: commit " + commitId + " is already stored with different content",
        Map.of("commit_id", commitId.value()));
  }

  /** The namespace does not exist, and the call does not create it. */
  public static StoreException namespaceNotFound(Namespace namespace) {
    return new StoreException(
        Reason.NAMESPACE_NOT_FOUND,
        "namespace not found: " + namespace,
        Map.of("namespace", namespace.name()));
  }

  /** The namespace already exists. */
  public static StoreException namespaceExists(Namespace namespace) {
    return new StoreException(
        Reason.NAMESPACE_EXISTS,
        "namespace exists: " + namespace + " has already been created",
        Map.of("namespace", namespace.name()));
  }

  /** The store is full; nothing was stored. */
  public static StoreException storeFull(String why) {
    return new StoreException(Reason.STORE_FULL, "store full: " + why, Map.of());
  }

  /** The store cannot be reached; nothing was stored. */
  public static StoreException storeUnavailable(String why) {
    return new StoreException(Reason.STORE_UNAVAILABLE, "store unavailable: " + why, Map.of());
  }

  /** The save may or may not have taken effect, or may still do so. */
  public static StoreException outcomeUnknown(CommitId commitId, String why) {
    return new StoreException(
        Reason.OUTCOME_UNKNOWN,
        "outcome unknown: commit " + commitId + " may or may not be stored: " + why,
        Map.of("commit_id", commitId.value()));
  }

  /** The change to an actor's snapshot may or may not have taken effect, or may still do so. */
  public static StoreException outcomeUnknown(ActorId actor, String why) {
    return new StoreException(
        Reason.OUTCOME_UNKNOWN,
        "outcome unknown: the snapshot of actor "
            + Quoting.quote(actor.value())
            + " may or may not have been changed: "
            + why,
        Map.of("actor_id", actor.value()));
  }

  /**
   * The creation or deletion of a namespace, or a broadcast in it, may or may not have taken
   * effect, or may still do so.
   */
  public static StoreException outcomeUnknown(Namespace namespace, String why) {
    return new StoreException(
        Reason.OUTCOME_UNKNOWN,
        "outcome unknown: the call on namespace "
            + namespace
            + " may or may not have taken effect: "
            + why,
        Map.of("namespace", namespace.name()));
  }

  /** This node is shutting down; nothing was stored. */
  public static StoreException shuttingDown() {
    return new StoreException(
        Reason.SHUTTING_DOWN, "shutting down: this node accepts no more calls", Map.of());
  }

  /** It is not known who the caller is; nothing was stored. */
  public static StoreException unauthenticated(String why) {
    return new StoreException(Reason.UNAUTHENTICATED, "unauthenticated: " + why, Map.of());
  }

  /**
   * The caller lacks a right; nothing was stored. The error is the same whether the namespace
   * exists or not.
   *
   * @param right its name, or {@link #ANY_RIGHT}
   * @param namespaces the name or pattern that the right is needed for
   */
  public static StoreException permissionDenied(String identity, String right, String namespaces) {
    return new StoreException(
        Reason.PERMISSION_DENIED,
        "permission denied: "
            + identity
            + (right.equals(ANY_RIGHT)
                ? " does not have any right on "
                : " does not have the right " + right + " on ")
            + namespaces,
        Map.of("identity", identity, "right", right, "namespace", namespaces));
  }

  /** The call is part of the contract but not implemented; nothing was changed. */
  public static StoreException unimplemented(String method) {
    return new StoreException(
        Reason.UNIMPLEMENTED, "unimplemented: " + method, Map.of("method", method));
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
      Map<String, String> metadata = new HashMap<>();
      metadata.put("actor_id", actor.value());
      metadata.put("current_version", Long.toString(current));
      metadata.put("attempted_version", Long.toUnsignedString(attempted));
      if (existing) {
        metadata.put("expected", "existing");
      }
      return Map.copyOf(metadata);
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

    public InvalidRequest(String field, String description) {
      this(List.of(new FieldViolation(field, description)));
    }

    private static String message(List<FieldViolation> violations) {
      String first =
          violations.stream()
              .limit(MAX_VIOLATIONS_IN_MESSAGE)
              .map(violation -> violation.field() + ' ' + violation.description())
              .collect(Collectors.joining("; ", "invalid request: ", ""));
      return violations.size() > MAX_VIOLATIONS_IN_MESSAGE ? first + "; and more" : first;
    }

    /** The invalid fields: at least one, at most {@link #MAX_VIOLATIONS}. */
    public List<FieldViolation> violations() {
      return violations;
    }
  }

  /** No server of NATS could be reached. */
  public static final class NatsUnreachable extends StoreException {
    private static final long serialVersionUID = 1;

    public NatsUnreachable(String why) {
      super(Reason.STORE_UNAVAILABLE, "store unavailable: " + why, Map.of());
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

    /**
     * @param limit the option of {@code serve} that sets the limit
     */
    public Overloaded(String limit, String bound, Duration retryAfter) {
      super(
          Reason.OVERLOADED,
          "overloaded: " + bound + " (" + limit + ")",
          Map.of("bound", bound, "limit", limit));
      this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
      return retryAfter;
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
