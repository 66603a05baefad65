package dev.aether.server.store.jetstream.listing;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import io.nats.client.Message;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Requests subjects from the streams' leaders, one request at a time, and caches the latest
 * responses. For each request JetStream collects and sorts all matching subjects, however few are
 * wanted, and returns 100,000 of them. Thread-safe.
 */
public final class SubjectBlocks {
  /** The limit of JetStream (JSMaxSubjectDetails, as of 2.15). */
  static final int BLOCK = 100_000;

  /**
   * How many blocks a node caches. A block of short names takes about 10 MB, the largest about 100
   * MB.
   */
  private static final int MAX_CACHED = 4;

  /** The heap divided by this is the limit of the cache. */
  private static final int HEAP_SHARE = 16;

  /** The memory of a string in addition to its characters. */
  private static final int STRING_BYTES = 64;

  /** How many requests may run or wait on this node. */
  static final int MAX_REQUESTS = 256;

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofSeconds(1);

  private final JetStreamApi api;
  private final Executor executor;
  private final KeyedSerialExecutor requests =
      new KeyedSerialExecutor(
          new KeyedSerialExecutor.Names("listings of actors", "node"),
          MAX_REQUESTS,
          Long.MAX_VALUE);

  /** Guarded by itself; the oldest entry comes first. */
  private final Map<Request, SubjectBlock> cache = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A request for a block.
   *
   * @param filter for the subjects
   */
  record Request(String stream, String filter, int offset) {}

  /**
   * @param executor parses responses, and completes the futures
   */
  public SubjectBlocks(JetStreamApi api, Executor executor) {
    this.api = api;
    this.executor = executor;
  }

  /**
   * Returns the block at an offset.
   *
   * @param notBefore the block must be at least as recent as this sequence
   */
  CompletableFuture<SubjectBlock> get(Request request, long notBefore) {
    Optional<SubjectBlock> known = known(request, notBefore);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    CompletableFuture<SubjectBlock> answer = new CompletableFuture<>();
    requests
        .run("one at a time", 0, () -> ask(request, notBefore, answer))
        .ifPresent(
            bound ->
                answer.completeExceptionally(
                    new StoreException.Overloaded(bound, OVERLOAD_RETRY_AFTER)));
    return answer;
  }

  private CompletableFuture<?> ask(
      Request request, long notBefore, CompletableFuture<SubjectBlock> answer) {
    Optional<SubjectBlock> known = known(request, notBefore);
    if (known.isPresent()) {
      answer.complete(known.get());
      return answer;
    }
    CatchAll guard = new CatchAll("a listing of actors", answer::completeExceptionally);
    CatchAll.begin(
            () ->
                api.subjects(request.stream(), request.filter(), request.offset())
                    .thenApplyAsync(reply -> block(request, reply), executor))
        .whenComplete(
            guard.of(
                (block, thrown) -> {
                  if (thrown == null) {
                    remember(request, block);
                    answer.complete(block);
                  } else {
                    answer.completeExceptionally(thrown);
                  }
                }));
    return answer;
  }

  private static SubjectBlock block(Request request, Message reply) {
    StreamInfo info = new StreamInfo(reply);
    if (info.hasError()) {
      throw JetStreamErrors.refusal(info.getApiErrorCode(), info.getDescription());
    }
    StreamState state = info.getStreamState();
    List<String> subjects = new ArrayList<>(state.getSubjectMap().keySet());
    Collections.sort(subjects);
    return new SubjectBlock(
        request.offset(), subjects, subjects.size() < BLOCK, state.getLastSequence());
  }

  private Optional<SubjectBlock> known(Request request, long notBefore) {
    synchronized (cache) {
      return Optional.ofNullable(cache.get(request)).filter(block -> block.asOf() >= notBefore);
    }
  }

  private void remember(Request request, SubjectBlock block) {
    synchronized (cache) {
      cache.put(request, block);
      var eldest = cache.entrySet().iterator();
      while (cache.size() > MAX_CACHED || isTooMuch()) {
        eldest.next();
        eldest.remove();
      }
    }
  }

  private boolean isTooMuch() {
    long bytes = cache.values().stream().mapToLong(SubjectBlocks::bytes).sum();
    return bytes > Runtime.getRuntime().maxMemory() / HEAP_SHARE && !cache.isEmpty();
  }

  private static long bytes(SubjectBlock block) {
    return block.subjects().stream().mapToLong(subject -> STRING_BYTES + subject.length()).sum();
  }
}
