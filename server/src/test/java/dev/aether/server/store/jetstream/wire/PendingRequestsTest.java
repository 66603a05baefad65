package dev.aether.server.store.jetstream.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to a subscriber that responds as each test wants, through a real nats-server. */
@Timeout(60)
@SuppressWarnings("try") // jnats connections may throw InterruptedException when closed
class PendingRequestsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  private static TestNatsServer nats;

  private final Timers timers = new Timers();
  private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
  private Connection connection;
  private Connection responder;
  private PendingRequests requests;

  @BeforeAll
  static void startNats() {
    nats = TestNatsServer.start();
  }

  @AfterAll
  static void stopNats() {
    nats.close();
  }

  @BeforeEach
  void connect() throws Exception {
    connection = Nats.connect(nats.url());
    responder = Nats.connect(nats.url());
    responder.createDispatcher(received::add).subscribe("held");
    responder
        .createDispatcher(each -> responder.publish(each.getReplyTo(), each.getData()))
        .subscribe("echo");
    responder.flush(LONG);
    requests = new PendingRequests(connection, timers);
  }

  @AfterEach
  void close() throws Exception {
    requests.close();
    timers.close();
    responder.close();
    connection.close();
  }

  @Test
  void eachRequestGetsItsOwnResponseAlthoughSlotsAreUsedAgain() {
    int rounds = 3 * PendingRequests.MAX_PENDING / 1000;
    for (int round = 0; round < rounds; round++) {
      List<CompletableFuture<Message>> responses = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        responses.add(send("echo", round + "/" + i, LONG));
      }
      for (int i = 0; i < 1000; i++) {
        assertEquals(round + "/" + i, text(responses.get(i)));
      }
    }
  }

  @Test
  void aResponseAfterTheTimeoutDoesNotMeetTheNextRequestInThatSlot() throws Exception {
    CompletableFuture<Message> late = send("held", "late", SHORT);
    assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(late));
    for (int i = 1; i < PendingRequests.MAX_PENDING; i++) {
      assertEquals("x", text(send("echo", "x", LONG)));
    }
    CompletableFuture<Message> next = send("held", "next", LONG);
    Message first = received.poll(30, TimeUnit.SECONDS);
    Message second = received.poll(30, TimeUnit.SECONDS);
    responder.publish(first.getReplyTo(), "of the late one".getBytes(UTF_8));
    responder.flush(LONG);
    assertEquals("x", text(send("echo", "x", LONG)), "comes after the late response");
    assertFalse(next.isDone());
    responder.publish(second.getReplyTo(), "of the next one".getBytes(UTF_8));
    assertEquals("of the next one", text(next));
  }

  @Test
  void aSecondResponseAndOneForNoRequestAreIgnored() throws Exception {
    CompletableFuture<Message> request = send("held", "", LONG);
    String replyTo = received.poll(30, TimeUnit.SECONDS).getReplyTo();
    String inbox = replyTo.substring(0, replyTo.lastIndexOf('.') + 1);
    for (String token : List.of("x", "-1", "99999999999999999999", "7")) {
      responder.publish(inbox + token, "stray".getBytes(UTF_8));
    }
    responder.publish(replyTo, "first".getBytes(UTF_8));
    responder.publish(replyTo, "second".getBytes(UTF_8));
    responder.flush(LONG);
    assertEquals("first", text(request));
    assertEquals("x", text(send("echo", "x", LONG)));
  }

  @Test
  void aRequestThatNobodyReceivesIsNotDelivered() {
    assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(send("nobody", "", LONG)));
  }

  @Test
  void aRequestThatIsLargerThanNatsAcceptsIsNotDelivered() {
    String tooLarge = "x".repeat((int) connection.getMaxPayload() + 1);

    assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(send("echo", tooLarge, LONG)));
    assertEquals("x", text(send("echo", "x", LONG)));
  }

  @Test
  void aFullTableRefusesARequestAndEachTimeoutFreesASlot() {
    Set<CompletableFuture<Message>> pending = new HashSet<>();
    for (int i = 0; i < PendingRequests.MAX_PENDING; i++) {
      pending.add(send("held", "", Duration.ofSeconds(5)));
    }
    assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(send("echo", "", LONG)));
    pending.forEach(each -> assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(each)));
    assertEquals("x", text(send("echo", "x", LONG)));
  }

  @Test
  void aRequestOnAClosedConnectionIsNotDeliveredAndTakesNoSlot() throws Exception {
    connection.close();
    for (int i = 0; i <= PendingRequests.MAX_PENDING; i++) {
      assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(send("echo", "", LONG)));
    }
  }

  @Test
  void closingEndsRequestsInFlightAsUnknownAndLaterOnesAsNotDelivered() {
    CompletableFuture<Message> inFlight = send("held", "", LONG);
    requests.close();
    assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(inFlight));
    assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(send("echo", "", LONG)));
  }

  @Test
  void responsesComeAgainAfterALostConnection() throws Exception {
    assertEquals("x", text(send("echo", "x", LONG)));
    nats.kill();
    nats.restart();
    Await.until(
        "both connections",
        LONG,
        () ->
            connection.getStatus() == Connection.Status.CONNECTED
                && responder.getStatus() == Connection.Status.CONNECTED);
    Await.until(
        "a response", LONG, () -> send("echo", "x", SHORT).handle((m, t) -> t == null).join());
  }

  private CompletableFuture<Message> send(String subject, String body, Duration timeout) {
    return requests.request(requests, subject, null, body.getBytes(UTF_8), timeout);
  }

  private static String text(CompletableFuture<Message> response) {
    return new String(response.join().getData(), UTF_8);
  }

  private static JetStreamFailure.Kind failure(CompletableFuture<Message> response) {
    return JetStreamErrors.failure(assertThrows(CompletionException.class, response::join)).kind();
  }
}
