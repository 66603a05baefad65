package dev.aether.server.store.jetstream.listing;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
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
 * Asks streams' leaders for their subjects, one question at a time, and remembers the latest
 * answers: JetStream gathers and sorts all matching subjects for each question, however few of them
 * are wanted, and answers with 100,000 of them. For any number of threads.
 */
public final class SubjectBlocks {
  /** JetStream's own bound (JSMaxSubjectDetails, read at 2.15). */
  static final int BLOCK = 100_000;

  /** Blocks remembered on a node: of short names some 10 MB each, at most about 100 MB. */
  private static final int MAX_REMEMBERED = 4;

  /** No more than this share of the heap is remembered. */
  private static final int HEAP_SHARE = 16;

  /** What a string takes beside its characters. */
  private static final int STRING_BYTES = 64;

  /** Questions asked and waiting on this node. */
  static final int MAX_QUESTIONS = 256;

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofSeconds(1);

  private final JetStreamApi api;
  private final Executor executor;
  private final KeyedSerialExecutor questions =
      new KeyedSerialExecutor(MAX_QUESTIONS, Long.MAX_VALUE);

  /** Guarded by itself; the eldest first. */
  private final Map<Question, SubjectBlock> remembered = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * What is asked.
   *
   * @param filter of subjects
   */
  record Question(String stream, String filter, int offset) {}

  /**
   * @param executor takes answers apart, and completes the futures
   */
  public SubjectBlocks(JetStreamApi api, Executor executor) {
    this.api = api;
    this.executor = executor;
  }

  /**
   * The block at an offset.
   *
   * @param notBefore an answer from before this sequence was stored won't do
   */
  CompletableFuture<SubjectBlock> get(Question question, long notBefore) {
    Optional<SubjectBlock> known = known(question, notBefore);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    CompletableFuture<SubjectBlock> answer = new CompletableFuture<>();
    questions
        .run("one at a time", 0, () -> ask(question, notBefore, answer))
        .ifPresent(
            bound ->
                answer.completeExceptionally(
                    new StoreException.Overloaded(
                        "concurrent listings of actors on this node, limited to " + MAX_QUESTIONS,
                        OVERLOAD_RETRY_AFTER)));
    return answer;
  }

  private CompletableFuture<?> ask(
      Question question, long notBefore, CompletableFuture<SubjectBlock> answer) {
    Optional<SubjectBlock> known = known(question, notBefore);
    if (known.isPresent()) {
      answer.complete(known.get());
      return answer;
    }
    CatchAll guard = new CatchAll("a listing of actors", answer::completeExceptionally);
    CatchAll.begin(
            () ->
                api.subjects(question.stream(), question.filter(), question.offset())
                    .thenApplyAsync(reply -> block(question, reply), executor))
        .whenComplete(
            guard.of(
                (block, thrown) -> {
                  if (thrown == null) {
                    remember(question, block);
                    answer.complete(block);
                  } else {
                    answer.completeExceptionally(thrown);
                  }
                }));
    return answer;
  }

  private static SubjectBlock block(Question question, Message reply) {
    StreamInfo info = new StreamInfo(reply);
    if (info.hasError()) {
      throw JetStreamApi.refusal(info.getApiErrorCode(), info.getDescription());
    }
    StreamState state = info.getStreamState();
    List<String> subjects = new ArrayList<>(state.getSubjectMap().keySet());
    Collections.sort(subjects);
    return new SubjectBlock(
        question.offset(), subjects, subjects.size() < BLOCK, state.getLastSequence());
  }

  private Optional<SubjectBlock> known(Question question, long notBefore) {
    synchronized (remembered) {
      return Optional.ofNullable(remembered.get(question))
          .filter(block -> block.asOf() >= notBefore);
    }
  }

  private void remember(Question question, SubjectBlock block) {
    synchronized (remembered) {
      remembered.put(question, block);
      var eldest = remembered.entrySet().iterator();
      while (remembered.size() > MAX_REMEMBERED || isTooMuch()) {
        eldest.next();
        eldest.remove();
      }
    }
  }

  private boolean isTooMuch() {
    long bytes = remembered.values().stream().mapToLong(SubjectBlocks::bytes).sum();
    return bytes > Runtime.getRuntime().maxMemory() / HEAP_SHARE && !remembered.isEmpty();
  }

  private static long bytes(SubjectBlock block) {
    return block.subjects().stream().mapToLong(subject -> STRING_BYTES + subject.length()).sum();
  }
}
