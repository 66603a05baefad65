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
 * What JetStream's errors mean. Codes are err_code of nats-server's errors.json, read at 2.15.1.
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
  private static final int REPLICA_TRY_AGAIN = 10158;
  private static final int IN_FLIGHT_TRY_AGAIN = 10163;

  /** Not a code of nats-server's: this server did not send the publish. */
  private static final int DISK_FULL = -1;

  private JetStreamErrors() {}

  /** The failure under whatever futures and jnats wrapped around it. */
  public static JetStreamFailure failure(Throwable thrown) {
    Throwable root = Exceptions.unwrap(thrown);
    if (root instanceof JetStreamFailure failure) {
      return failure;
    }
    if (root instanceof JetStreamApiException refused) {
      return JetStreamFailure.refused(refused.getApiErrorCode(), refused.getErrorDescription());
    }
    if (root instanceof JetStreamStatusException status) {
      return JetStreamFailure.notDelivered(String.valueOf(status.getMessage()));
    }
    // Before IllegalStateException, of which CancellationException is one.
    if (root instanceof CancellationException || root instanceof TimeoutException) {
      return JetStreamFailure.noAnswer("no answer in time");
    }
    if (root instanceof IllegalStateException notSent) {
      return JetStreamFailure.notDelivered(String.valueOf(notSent.getMessage()));
    }
    return JetStreamFailure.noAnswer(root.toString());
  }

  /**
   * What a refused publish means. A replicated stream's leader that is being stopped says "store is
   * closed" of what its followers may have stored.
   */
  static JetStreamFailure refusedPublish(int code, @Nullable String description) {
    String why = String.valueOf(description);
    return code == STREAM_STORE_FAILED && why.contains("closed")
        ? JetStreamFailure.noAnswer(why)
        : JetStreamFailure.refused(code, why);
  }

  /**
   * The subject's last sequence is not the expected one, or a message to it is in flight. Nothing
   * was stored.
   */
  public static boolean isWrongSequence(JetStreamFailure failure) {
    return failure.code() == WRONG_LAST_SEQUENCE || failure.code() == WRONG_LAST_SEQUENCE_IN_FLIGHT;
  }

  /** Nothing was stored, and the same publish may succeed in a moment. */
  public static boolean isPassing(JetStreamFailure failure) {
    return switch (failure.kind()) {
      case NOT_DELIVERED -> true;
      case NO_ANSWER -> false;
      case REFUSED ->
          failure.code() == REPLICA_TRY_AGAIN
              || failure.code() == IN_FLIGHT_TRY_AGAIN
              || failure.code() == CLUSTER_NOT_AVAILABLE
              || failure.code() == STREAM_OFFLINE;
    };
  }

  /** The stream is not there (any more). */
  public static boolean isStreamGone(JetStreamFailure failure) {
    return failure.code() == STREAM_NOT_FOUND || failure.code() == STREAM_MISMATCH;
  }

  /**
   * A stream that was to be made is there, configured otherwise: its replicas were changed, say.
   */
  public static boolean isStreamThere(JetStreamFailure failure) {
    return failure.code() == STREAM_NAME_IN_USE;
  }

  /** More replicas were asked for than a server without a cluster has; that does not pass. */
  public static boolean isWithoutCluster(JetStreamFailure failure) {
    return failure.code() == REPLICAS_WITHOUT_CLUSTER;
  }

  /** More replicas were asked for than there are servers, whichever of them run now. */
  public static boolean isTooManyReplicas(JetStreamFailure failure) {
    return isWithoutCluster(failure)
        || (failure.code() == NO_SUITABLE_PEERS && !failure.getMessage().contains("offline"));
  }

  /** The failure of a publish that this server did not send, because NATS's disk is full. */
  static JetStreamFailure diskFull(String why) {
    return JetStreamFailure.refused(DISK_FULL, why);
  }

  /** No message has room any more, in whichever stream. */
  static boolean isStoreFull(JetStreamFailure failure) {
    return isFull(failure)
        && failure.code() != STREAM_STORE_FAILED
        && failure.code() != STREAM_NOT_CREATED
        && failure.code() != TOO_MANY_STREAMS;
  }

  /**
   * There is no room for a message, or for another stream (file handles count: nats-server says
   * "error creating store for stream"); nothing was stored.
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

  static boolean isNoMessage(JetStreamFailure failure) {
    return failure.code() == NO_MESSAGE || failure.code() == NO_SUCH_SEQUENCE;
  }

  /**
   * As the server says it to its clients. For requests without effect: reads, and publishes that
   * were refused.
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

  /** What is full, in words, and NATS's own text in brackets. */
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

  /** This error has one code for several causes, which only its text tells apart. */
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
   * What a replica's answer is worth where the leader can be asked too: nothing, if nobody answered
   * (a stream's replicas take a moment until all servers of a cluster know of them).
   */
  static <T> CompletableFuture<T> orIfNotDelivered(CompletableFuture<T> future, T nothing) {
    return future.exceptionallyCompose(
        thrown ->
            failure(thrown).kind() == JetStreamFailure.Kind.NOT_DELIVERED
                ? CompletableFuture.completedFuture(nothing)
                : CompletableFuture.failedFuture(thrown));
  }

  /** The same future, where what is known to have had no effect fails as the server says it. */
  public static <T> CompletableFuture<T> decided(CompletableFuture<T> future) {
    return future.exceptionallyCompose(
        thrown ->
            CompletableFuture.failedFuture(
                failure(thrown).kind() == JetStreamFailure.Kind.NO_ANSWER
                    ? Exceptions.unwrap(thrown)
                    : toStoreException(thrown)));
  }

  /** The same future, failing as the server says it to its clients. */
  public static <T> CompletableFuture<T> mapped(CompletableFuture<T> future) {
    return future.exceptionallyCompose(
        thrown -> CompletableFuture.failedFuture(toStoreException(thrown)));
  }
}
