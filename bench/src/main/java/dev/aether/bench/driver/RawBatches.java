package dev.aether.bench.driver;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * JetStream without Aether, in atomic batches of messages on different subjects, each with {@code
 * Nats-Expected-Last-Subject-Sequence}. A batch is sent when enough appends wait for it, or when no
 * batch is in flight.
 */
public final class RawBatches implements Driver {
  private static final int MAX_BATCHES_IN_FLIGHT = 2;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

  private final Connection connection;
  private final String stream;
  private final int batchSize;
  private final byte[] body;
  private final String run = Long.toHexString(System.nanoTime());
  private final AtomicLong batches = new AtomicLong();

  /** The stream sequence of each actor's last message. */
  private final AtomicLongArray ends;

  private final Object lock = new Object();
  private final Queue<Append> waiting = new ArrayDeque<>();
  private int inFlight;

  private record Append(int actor, CompletableFuture<Void> answer) {}

  private RawBatches(Connection connection, String stream, int batchSize, int actors, byte[] body) {
    this.connection = connection;
    this.stream = stream;
    this.batchSize = batchSize;
    this.body = body;
    this.ends = new AtomicLongArray(actors);
  }

  /**
   * Connects and creates a stream that allows atomic batches.
   *
   * @param batchSize the largest number of messages in a batch, from 1 to 1,000
   * @param body the body of every message
   */
  public static RawBatches open(String url, String stream, int batchSize, int actors, byte[] body)
      throws IOException, InterruptedException, JetStreamApiException {
    Connection connection = RawJetStream.connect(url);
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(stream)
                .subjects(stream + ".>")
                .storageType(StorageType.File)
                .discardPolicy(DiscardPolicy.New)
                .allowDirect(true)
                .allowAtomicPublish()
                .build());
    return new RawBatches(connection, stream, batchSize, actors, body);
  }

  @Override
  public String name() {
    return "raw jnats, batches";
  }

  @Override
  public boolean isAether() {
    return false;
  }

  /** A message is a commit with one event. */
  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    Append append = new Append(actor, new CompletableFuture<>());
    synchronized (lock) {
      waiting.add(append);
    }
    sendBatches();
    return append.answer();
  }

  private void sendBatches() {
    for (List<Append> batch = take(); !batch.isEmpty(); batch = take()) {
      send(batch);
    }
  }

  /** The members of the next batch; empty if it must not be sent yet. */
  private List<Append> take() {
    synchronized (lock) {
      boolean isFull = waiting.size() >= batchSize && inFlight < MAX_BATCHES_IN_FLIGHT;
      List<Append> batch = new ArrayList<>();
      if (isFull || inFlight == 0) {
        while (batch.size() < batchSize && !waiting.isEmpty()) {
          batch.add(waiting.remove());
        }
      }
      inFlight += batch.isEmpty() ? 0 : 1;
      return batch;
    }
  }

  private void send(List<Append> batch) {
    String id = run + '-' + batches.getAndIncrement();
    int last = batch.size() - 1;
    for (int i = 0; i < last; i++) {
      connection.publish(message(batch.get(i), id, i + 1, false));
    }
    connection
        .requestWithTimeout(message(batch.get(last), id, last + 1, true), ANSWER_WITHIN)
        .whenComplete((answer, thrown) -> end(batch, answer, thrown));
  }

  private Message message(Append append, String batch, int number, boolean isLast) {
    Headers headers =
        new Headers()
            .put("Nats-Expected-Last-Subject-Sequence", "" + ends.get(append.actor()))
            .put("Nats-Batch-Id", batch)
            .put("Nats-Batch-Sequence", "" + number);
    if (isLast) {
      headers.put("Nats-Batch-Commit", "1");
    }
    return NatsMessage.builder()
        .subject(stream + ".actor-" + append.actor())
        .headers(headers)
        .data(body)
        .build();
  }

  private void end(List<Append> batch, @Nullable Message answer, @Nullable Throwable thrown) {
    synchronized (lock) {
      inFlight--;
    }
    String text = answer == null ? "" : new String(answer.getData(), StandardCharsets.UTF_8);
    JsonObject ack = answer == null ? null : new Gson().fromJson(text, JsonObject.class);
    if (ack == null || !ack.has("count") || ack.get("count").getAsInt() != batch.size()) {
      IllegalStateException failure = new IllegalStateException("a batch failed: " + text, thrown);
      batch.forEach(append -> append.answer().completeExceptionally(failure));
      return;
    }
    long first = ack.get("seq").getAsLong() - batch.size() + 1;
    for (int i = 0; i < batch.size(); i++) {
      ends.set(batch.get(i).actor(), first + i);
      batch.get(i).answer().complete(null);
    }
    sendBatches();
  }

  @Override
  public long stored() throws IOException, JetStreamApiException {
    return connection.jetStreamManagement().getStreamInfo(stream).getStreamState().getMsgCount();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
