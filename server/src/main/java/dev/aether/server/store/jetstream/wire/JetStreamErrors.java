package dev.aether.server.store.jetstream.wire;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.StoreException;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of JetStream's errors. Codes are err_code in nats-server's errors.json, as of 2.15.1.
 */
public final class JetStreamErrors {
  private static final int WRONG_LAST_SEQUENCE = 10071;
  private static final int WRONG_LAST_SEQUENCE_IN_FLIGHT = 10164;
  private static final int CLUSTER_NOT_AVAILABLE = 10008;
  private static final int INSUFFICIENT_RESOURCES = 10023;
  private static final int STORAGE_EXCEEDED = 10047;
  private static final int STREAM_STORE_FAILED = 10077;
  private static final int ACCOUNT_RESOURCES_EXCEEDED = 10002;
  private static final int MEMORY_EXCEEDED = 10028;
  private static final int NO_MESSAGE = 10037;
  private static final int NO_SUCH_SEQUENCE = 10043;
  private static final int STREAM_NOT_FOUND = 10059;
  private static final int STREAM_NAME_IN_USE = 10058;
  private static final int STREAM_NOT_CREATED = 10049;
  private static final int TOO_MANY_STREAMS = 10027;
  private static final int STREAM_MISMATCH = 10060;
  private static final int MESSAGE_TOO_LARGE = 10054;
  private static final int NO_SUITABLE_PEERS = 10005;
  private static final int REPLICAS_WITHOUT_CLUSTER = 10074;
  private static final int STREAM_OFFLINE = 10118;
  private static final int MAX_BYTES_REQUIRED = 10113;
  private static final int BATCHES_DISABLED = 10174;
  private static final int BATCH_INCOMPLETE = 10176;
  private static final int BATCH_HEADER = 10177;
  private static final int BATCH_ID = 10179;
  private static final int BATCH_TOO_LARGE = 10199;
  private static final int BATCH_COMMIT = 10200;
  private static final int BATCH_DUPLICATE = 10201;
  private static final int TOO_MANY_BATCHES = 10210;
  private static final int REPLICA_TRY_AGAIN = 10158;
  private static final int IN_FLIGHT_TRY_AGAIN = 10163;

  /**
   * Not a code of nats-server: this server did not send the publish. Negative codes near zero are
   * jnats' own, for answers that it does not understand.
   */
  private static final int DISK_FULL = Integer.MIN_VALUE;

  private JetStreamErrors() {}

  /** The failure under all wrappers that futures and jnats added. */
  public static JetStreamFailure failure(Throwable thrown) {
    Throwable root = Exceptions.unwrap(thrown);
    if (root instanceof JetStreamFailure failure) {
      return failure;
    }
    if (root instanceof JetStreamApiException refused) {
      return refusal(refused.getApiErrorCode(), refused.getErrorDescription());
    }
    if (root instanceof JetStreamStatusException status) {
      return JetStreamFailure.notDelivered(String.valueOf(status.getMessage()));
    }
    if (root instanceof CancellationException || root instanceof TimeoutException) {
      return JetStreamFailure.noAnswer("no response in time");
    }
    return JetStreamFailure.noAnswer(root.toString());
  }

  /**
   * The failure of a request that jnats did not send, because it is not connected, its queue is
   * full or the message is too large. Use it only for exceptions that the sending call throws.
   * Thrown later, they may come from a bug in handling the response, and the request may have had
   * an effect.
   */
  public static JetStreamFailure notSent(RuntimeException thrown) {
    return thrown instanceof IllegalStateException || thrown instanceof IllegalArgumentException
        ? JetStreamFailure.notDelivered(String.valueOf(thrown.getMessage()))
        : failure(thrown);
  }

  /**
   * The failure of a request that JetStream refused. All its errors have a code, so without one the
   * answer is another program's, or was cut off, and decides nothing.
   */
  public static JetStreamFailure refusal(int code, @Nullable String description) {
    return code > 0
        ? JetStreamFailure.refused(code, description == null ? "refused" : description)
        : JetStreamFailure.noAnswer("not an answer of JetStream: " + description);
  }

  /**
   * The failure for a refused publish. While a replicated stream's leader is being stopped, it
   * responds with "store is closed", although its followers may have stored the message.
   */
  static JetStreamFailure refusedPublish(int code, @Nullable String description) {
    String why = String.valueOf(description);
    return code == STREAM_STORE_FAILED && why.contains("closed")
        ? JetStreamFailure.noAnswer(why)
        : refusal(code, why);
  }

  /**
   * The failure for a refused batch. If nats-server cannot write a message of a batch to its disk,
   * it may have stored the messages before it. It checks the stream's size before it stores any.
   */
  static JetStreamFailure refusedBatch(int code, @Nullable String description) {
    String why = String.valueOf(description);
    return code == STREAM_STORE_FAILED && !why.contains("maximum")
        ? JetStreamFailure.noAnswer(why)
        : refusal(code, why);
  }

  /** The messages were refused as a batch, but may be stored singly, at least some of them. */
  public static boolean isBatchRefused(JetStreamFailure failure) {
    return switch (failure.code()) {
      case BATCHES_DISABLED,
          BATCH_INCOMPLETE,
          BATCH_HEADER,
          BATCH_ID,
          BATCH_TOO_LARGE,
          BATCH_COMMIT,
          BATCH_DUPLICATE,
          TOO_MANY_BATCHES ->
          true;
      default -> isFull(failure);
    };
  }

  /** The stream does not accept batches; it was created by an earlier build of Aether. */
  public static boolean isBatchDisabled(JetStreamFailure failure) {
    return failure.code() == BATCHES_DISABLED;
  }

  /**
   * The subject's last sequence is not the expected one, or another message to it is in flight.
   * Nothing was stored.
   */
  public static boolean isWrongSequence(JetStreamFailure failure) {
    return failure.code() == WRONG_LAST_SEQUENCE || failure.code() == WRONG_LAST_SEQUENCE_IN_FLIGHT;
  }

  /** Nothing was stored, and the same publish may succeed a moment later. */
  public static boolean isTransient(JetStreamFailure failure) {
    return switch (failure.kind()) {
      case NOT_DELIVERED -> true;
      case NO_ANSWER -> false;
      case REFUSED ->
          failure.code() == REPLICA_TRY_AGAIN
              || failure.code() == IN_FLIGHT_TRY_AGAIN
              || isUnavailable(failure);
    };
  }

  /** JetStream, or the stream, has no leader now. */
  static boolean isUnavailable(JetStreamFailure failure) {
    return failure.code() == CLUSTER_NOT_AVAILABLE || failure.code() == STREAM_OFFLINE;
  }

  /** The stream does not exist. */
  public static boolean isStreamMissing(JetStreamFailure failure) {
    return failure.code() == STREAM_NOT_FOUND || failure.code() == STREAM_MISMATCH;
  }

  /**
   * The stream to be created exists with another configuration, for example because its replicas
   * were changed.
   */
  public static boolean isStreamConfiguredDifferently(JetStreamFailure failure) {
    return failure.code() == STREAM_NAME_IN_USE;
  }

  /**
   * More replicas were requested than a server without a cluster can provide, or the account does
   * not accept streams without a limit. This is permanent.
   */
  public static boolean isMisconfigured(JetStreamFailure failure) {
    return failure.code() == REPLICAS_WITHOUT_CLUSTER || failure.code() == MAX_BYTES_REQUIRED;
  }

  /** More replicas were requested than the cluster has servers, running or not. */
  public static boolean isTooManyReplicas(JetStreamFailure failure) {
    return failure.code() == REPLICAS_WITHOUT_CLUSTER
        || (failure.code() == NO_SUITABLE_PEERS && !isServerUnknown(failure));
  }

  /**
   * A stream cannot be created now, because there is no leader, or the leader does not know all
   * servers of the cluster yet. This passes when they have started.
   */
  public static boolean isClusterIncomplete(JetStreamFailure failure) {
    return (failure.code() == NO_SUITABLE_PEERS && isServerUnknown(failure))
        || isUnavailable(failure);
  }

  /** The leader has not heard of one of the servers since its own start. */
  private static boolean isServerUnknown(JetStreamFailure failure) {
    String why = failure.getMessage();
    return why.contains("offline") || why.contains("miscellaneous");
  }

  /** The failure of a publish that this server did not send because NATS' disk is full. */
  static JetStreamFailure diskFull(String why) {
    return JetStreamFailure.refused(DISK_FULL, why);
  }

  /** There is no space for any message, in any stream. */
  static boolean isStoreFull(JetStreamFailure failure) {
    return isFull(failure)
        && failure.code() != STREAM_STORE_FAILED
        && failure.code() != STREAM_NOT_CREATED
        && failure.code() != TOO_MANY_STREAMS;
  }

  /**
   * There is no space for a message or for another stream; nothing was stored. File handles count
   * as space: nats-server then responds with "error creating store for stream".
   */
  public static boolean isFull(JetStreamFailure failure) {
    return switch (failure.code()) {
      case STREAM_NOT_CREATED -> failure.getMessage().contains("creating store");
      case TOO_MANY_STREAMS -> true;
      case DISK_FULL,
          INSUFFICIENT_RESOURCES,
          STORAGE_EXCEEDED,
          STREAM_STORE_FAILED,
          ACCOUNT_RESOURCES_EXCEEDED,
          MEMORY_EXCEEDED ->
          true;
      default -> false;
    };
  }

  public static boolean isNoMessage(JetStreamFailure failure) {
    return failure.code() == NO_MESSAGE || failure.code() == NO_SUCH_SEQUENCE;
  }

  /**
   * Converts a failure to the error that clients get. Only for requests without effect: reads, and
   * publishes that were refused.
   */
  public static StoreException toStoreException(Throwable thrown) {
    if (Exceptions.unwrap(thrown) instanceof StoreException known) {
      return known;
    }
    JetStreamFailure failure = failure(thrown);
    return isFull(failure) || failure.code() == MESSAGE_TOO_LARGE
        ? StoreException.storeFull(whatIsFull(failure))
        : StoreException.storeUnavailable("JetStream: " + failure.getMessage());
  }

  /** Names what is full, followed by NATS' own text in brackets. */
  static String whatIsFull(JetStreamFailure failure) {
    String text = failure.getMessage();
    return switch (failure.code()) {
      case DISK_FULL -> text;
      case STREAM_STORE_FAILED -> streamStoreFailed(text) + inBrackets(text);
      case INSUFFICIENT_RESOURCES, STORAGE_EXCEEDED ->
          "the NATS server has reached its JetStream storage limit" + inBrackets(text);
      case MEMORY_EXCEEDED ->
          "the NATS server has reached its JetStream memory limit" + inBrackets(text);
      case ACCOUNT_RESOURCES_EXCEEDED ->
          "the NATS account has reached its JetStream storage limit" + inBrackets(text);
      case TOO_MANY_STREAMS ->
          "the NATS account has reached its limit on streams" + inBrackets(text);
      case STREAM_NOT_CREATED ->
          "the NATS server could not create files for another stream" + inBrackets(text);
      case MESSAGE_TOO_LARGE -> "the message is larger than its stream accepts" + inBrackets(text);
      default -> "JetStream refused the message" + inBrackets(text);
    };
  }

  /** This error has one code for several causes, which only its text distinguishes. */
  private static String streamStoreFailed(String text) {
    if (text.contains("maximum bytes")) {
      return "the namespace has reached its max_bytes";
    }
    return text.contains("no space left")
        ? "the disk of the NATS server is full"
        : "the NATS server could not write to its disk";
  }

  private static String inBrackets(String natsText) {
    return " [NATS: " + natsText + ']';
  }

  /**
   * Replaces a replica's missing response by a default if the leader can be asked as well. It takes
   * a moment until all servers of a cluster know a stream's replicas.
   */
  static <T> CompletableFuture<T> orIfUnavailable(CompletableFuture<T> future, T nothing) {
    return future.exceptionallyCompose(
        thrown ->
            failure(thrown).kind() == JetStreamFailure.Kind.NOT_DELIVERED
                ? CompletableFuture.completedFuture(nothing)
                : CompletableFuture.failedFuture(thrown));
  }

  /**
   * Converts failures of requests that are known to have had no effect to the errors that clients
   * get.
   */
  public static <T> CompletableFuture<T> decided(CompletableFuture<T> future) {
    return future.exceptionallyCompose(
        thrown ->
            CompletableFuture.failedFuture(
                failure(thrown).kind() == JetStreamFailure.Kind.NO_ANSWER
                    ? Exceptions.unwrap(thrown)
                    : toStoreException(thrown)));
  }

  /** Converts all failures to the errors that clients get. */
  public static <T> CompletableFuture<T> mapped(CompletableFuture<T> future) {
    return future.exceptionallyCompose(
        thrown -> CompletableFuture.failedFuture(toStoreException(thrown)));
  }
}
