package dev.aether.server.contract;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HoldingProxy;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Saves of one actor at any version on a stream of a node whose connection to NATS stalls for
 * longer than a save may take. Its client sends what failed unheard again, to another node.
 */
final class StreamOrderTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** So that the last saves have much more time left than the first one when that fails. */
  private static final int POLLS_PER_SAVE = 20;

  private final String namespace = Requests.unique("order");

  @Test
  void whatANodeStoresAfterAStallDoesNotOvertakeWhatItsClientSendsAgain() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        HoldingProxy proxy = new HoldingProxy(nats.port());
        Node stalling = node("nats://127.0.0.1:" + proxy.port(), "node-a");
        Node other = node(nats.url(), "node-b")) {
      var unused = stalling.save(Requests.saveAny(namespace, "a"));
      List<SaveEventsRequest> sent = new ArrayList<>();
      List<SaveEventsStreamResponse> answers = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      StreamObserver<SaveEventsRequest> stream =
          EventStoreGrpc.newStub(stalling.channel()).saveEventsStream(observer(answers, end));
      proxy.hold(true);
      AtomicLong polls = new AtomicLong();
      Await.until(
          "the first save to fail",
          BOUND,
          () -> {
            if (polls.getAndIncrement() % POLLS_PER_SAVE == 0) {
              sent.add(save());
              stream.onNext(sent.get(sent.size() - 1));
            }
            return !answers.isEmpty();
          });
      proxy.hold(false);
      assertEquals("STORE_UNAVAILABLE", Refusal.of(end.get(BOUND.toSeconds(), SECONDS)).reason());
      assertTrue(answers.size() > 1, answers::toString);
      answers.forEach(
          answer ->
              assertTrue(answer.hasFailed(), () -> "stored after one that failed: " + answer));
      // As if none of the answers had come.
      sent.forEach(request -> other.save(request.toBuilder().setRetry(true)));
      assertEquals(
          sent.stream().map(SaveEventsRequest::getCommitId).toList(),
          other.events(namespace, "a").stream().skip(1).map(Event::getCommandId).toList());
    }
  }

  private static Node node(String url, String name) {
    return Node.start(ServerConfig.on(new StoreChoice.Nats(List.of(url), BOUND)).withNodeId(name));
  }

  private SaveEventsRequest save() {
    SaveEventsRequest.Builder request = Requests.saveAny(namespace, "a");
    request.getEventsBuilder(0).setCommandId(request.getCommitId());
    return request.build();
  }

  private static StreamObserver<SaveEventsStreamResponse> observer(
      List<SaveEventsStreamResponse> answers, CompletableFuture<Throwable> end) {
    return new StreamObserver<>() {
      @Override
      public void onNext(SaveEventsStreamResponse answer) {
        answers.add(answer);
      }

      @Override
      public void onError(Throwable thrown) {
        end.complete(thrown);
      }

      @Override
      public void onCompleted() {
        end.completeExceptionally(new AssertionError("ended without an error"));
      }
    };
  }
}
