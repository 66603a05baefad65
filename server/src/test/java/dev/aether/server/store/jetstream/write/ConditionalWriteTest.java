package dev.aether.server.store.jetstream.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Writes to a real stream whose policy reads what the test wants it to read. */
@Timeout(60)
class ConditionalWriteTest {
  private static final Duration LONG = Duration.ofSeconds(40);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final int SOON_SECONDS = 20;

  /** Longer than any pause between two steps of a write. */
  private static final Duration LONGER_THAN_ANY_PAUSE = Duration.ofMillis(260);

  private static TestNatsServer nats;

  private final Logger logger = (Logger) LoggerFactory.getLogger(CatchAll.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Timers timers = new Timers();
  private Connection connection;
  private Connection meddler;
  private JetStreamApi api;
  private Writer writer;
  private LogStream stream;

  @BeforeAll
  static void startNats() {
    nats = TestNatsServer.start();
  }

  @AfterAll
  static void stopNats() {
    nats.close();
  }

  @BeforeEach
  void open(TestInfo test) throws IOException, InterruptedException {
    connection = Nats.connect(nats.url());
    meddler = Nats.connect(nats.url());
    api = new JetStreamApi(connection, timers);
    writer = writer(Publisher.single(api));
    Namespace namespace = new Namespace(test.getTestMethod().orElseThrow().getName());
    stream = LogStream.of(new LogId(namespace, "abcdefghij", 0), 1);
    logged.start();
    logger.addAppender(logged);
  }

  private Writer writer(Publisher publisher) {
    return new Writer(
        publisher,
        timers,
        new DeadlineScheduler(timers),
        new KeyedSerialExecutor.Names("test writes", "key"),
        100,
        1_000_000);
  }

  @AfterEach
  void close() throws InterruptedException {
    logger.detachAppender(logged);
    timers.close();
    meddler.close();
    connection.close();
  }

  private void createStream(boolean acknowledges) {
    try {
      var unused =
          meddler
              .jetStreamManagement()
              .addStream(
                  StreamConfiguration.builder()
                      .name(stream.name())
                      .subjects(stream.name())
                      .noAck(!acknowledges)
                      .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JetStreamApiException e) {
      throw new AssertionError(e);
    }
  }

  private CompletableFuture<Long> write(Policy policy, Duration within) {
    return writer.write("key", 0, policy, System.nanoTime() + within.toNanos());
  }

  private static Throwable failure(CompletableFuture<?> write) {
    return Exceptions.unwrap(
        assertThrows(ExecutionException.class, () -> write.get(SOON_SECONDS, TimeUnit.SECONDS)));
  }

  /** Publishes one message to the stream; its subject is the stream's name. */
  private class Policy implements WritePolicy<String, Long, Long> {
    final AtomicInteger requests = new AtomicInteger();

    @Override
    public String name() {
      return "a write of the test";
    }

    @Override
    public CompletableFuture<SubjectSearch<String, Long>> findSubject() {
      return CompletableFuture.completedFuture(new SubjectSearch.Found<>(stream.name()));
    }

    @Override
    public CompletableFuture<Boolean> isCurrent(String subject) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public Optional<StoreException> streamLost(String subject) {
      return Optional.of(new StoreException.CorruptRecord("", 0, 0, "its stream is gone"));
    }

    @Override
    public Optional<Long> knownHead(String subject) {
      return Optional.empty();
    }

    @Override
    public CompletableFuture<Long> readHead(String subject) {
      return api.lastFromLeader(subject, subject)
          .thenApply(last -> last.map(StoredMessage::sequence).orElse(0L));
    }

    @Override
    public long sequence(Long head) {
      return head;
    }

    @Override
    public Step<Long> decide(String subject, Long head, boolean isFromLeader, boolean isAgain) {
      return new Step.Publish<>(
          subject,
          subject,
          head,
          PublishHeaders.expecting(subject, head),
          new byte[0],
          GroupCommitThresholds.NEVER,
          false,
          sequence -> sequence);
    }

    @Override
    public Step<Long> overtaken(
        String subject, Long head, long publishedBehind, boolean isUncertain) {
      return new Step.Done<>(head);
    }

    @Override
    public Throwable failure(Throwable why, boolean isUncertain) {
      return isUncertain
          ? StoreException.outcomeUnknown(new ActorId("a"), "test")
          : JetStreamErrors.toStoreException(why);
    }
  }

  /** What it reads changes when more time has passed than a stream must be missing to be lost. */
  private abstract class WithTime extends Policy {
    private final long begun = System.nanoTime();

    boolean isLongAfter() {
      return System.nanoTime() - begun
          > LogDamage.LOST_AFTER.multipliedBy(5).dividedBy(4).toNanos();
    }
  }

  @Test
  void aStreamThatIsMissingForATimeIsLost() {
    assertEquals(
        Reason.CORRUPT_RECORD,
        assertInstanceOf(StoreException.class, failure(write(new Policy(), LONG))).reason());
  }

  @Test
  void aStreamThatIsMissingOnceAfterOtherFailuresIsNotLost() throws Exception {
    Connection closing = Nats.connect(nats.url());
    JetStreamApi interrupted = new JetStreamApi(closing, timers);
    closing.close();
    Policy policy =
        new WithTime() {
          @Override
          public CompletableFuture<Long> readHead(String subject) {
            return isLongAfter()
                ? super.readHead(subject).whenComplete((head, thrown) -> createIf(thrown))
                : interrupted.lastFromLeader(subject, subject).thenApply(last -> 0L);
          }

          private void createIf(@Nullable Throwable missing) {
            if (missing != null) {
              createStream(true);
            }
          }
        };
    assertEquals(1, write(policy, LONG).get(SOON_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void aStreamThatIsMissingAgainAfterItWasFoundIsNotLost() throws Exception {
    createStream(true);
    Policy policy =
        new WithTime() {
          private int missed;

          @Override
          public CompletableFuture<Long> readHead(String subject) {
            boolean isMissing = missed == 0 || (missed == 1 && isLongAfter());
            missed += isMissing ? 1 : 0;
            return super.readHead(isMissing ? "no-such-stream" : subject);
          }

          @Override
          public Step<Long> decide(
              String subject, Long head, boolean isFromLeader, boolean isAgain) {
            return missed == 2
                ? super.decide(subject, head, isFromLeader, isAgain)
                : new Step.Retry<>(JetStreamFailure.notDelivered("not yet"));
          }
        };
    assertEquals(1, write(policy, LONG).get(SOON_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void aWriteThatWasAnsweredLooksForNoSubject() throws InterruptedException {
    assertSendsNothingAfterItsAnswer(
        new Policy() {
          @Override
          public CompletableFuture<SubjectSearch<String, Long>> findSubject() {
            requests.incrementAndGet();
            return CompletableFuture.failedFuture(StoreException.storeUnavailable("test"));
          }
        });
  }

  @Test
  void aWriteThatWasAnsweredReadsNoHead() throws InterruptedException {
    assertSendsNothingAfterItsAnswer(
        new Policy() {
          @Override
          public CompletableFuture<Long> readHead(String subject) {
            requests.incrementAndGet();
            return CompletableFuture.failedFuture(StoreException.storeUnavailable("test"));
          }
        });
  }

  /** The requests fail at once, so a request is always waiting for its pause to end. */
  private void assertSendsNothingAfterItsAnswer(Policy policy) throws InterruptedException {
    AtomicInteger beforeAnswer = new AtomicInteger();
    CountDownLatch paused = new CountDownLatch(1);
    CompletableFuture<Long> write =
        write(policy, SHORT)
            .whenComplete(
                (stored, thrown) -> {
                  beforeAnswer.set(policy.requests.get());
                  var unused = timers.after(LONGER_THAN_ANY_PAUSE, paused::countDown);
                });
    assertInstanceOf(StoreException.class, failure(write));
    paused.await();
    assertEquals(beforeAnswer.get(), policy.requests.get());
  }

  @Test
  void aWriteThatWaitsUntilItsDeadlineSaysWhatItWaitedFor() {
    CompletableFuture<WritePolicy.SubjectSearch<String, Long>> never = new CompletableFuture<>();
    var unused =
        write(
            new Policy() {
              @Override
              public CompletableFuture<SubjectSearch<String, Long>> findSubject() {
                return never;
              }
            },
            LONG);
    StoreException overloaded =
        assertInstanceOf(StoreException.Overloaded.class, failure(write(new Policy(), SHORT)));
    assertEquals(
        "overloaded: time spent waiting for earlier test writes of the same key",
        overloaded.getMessage());
  }

  @Test
  void aBugInAPolicyEndsTheWriteAndIsLogged() {
    NullPointerException bug = new NullPointerException("planted by the test");
    Policy policy =
        new Policy() {
          @Override
          public CompletableFuture<Long> readHead(String subject) {
            return CompletableFuture.failedFuture(bug);
          }
        };
    assertEquals(bug, failure(write(policy, LONG)));
    assertEquals(1, logged.list.size());
    assertEquals(Level.ERROR, logged.list.get(0).getLevel());
    assertEquals(
        "a write of the test failed because of a bug in this server",
        logged.list.get(0).getFormattedMessage());
  }

  @Test
  void aBugAfterAPublishWithoutAcknowledgementLeavesTheOutcomeUnknown() {
    createStream(false);
    Policy policy =
        new Policy() {
          @Override
          public CompletableFuture<Long> readHead(String subject) {
            return requests.incrementAndGet() == 1
                ? super.readHead(subject)
                : CompletableFuture.failedFuture(new NullPointerException("planted by the test"));
          }
        };
    assertEquals(
        Reason.OUTCOME_UNKNOWN,
        assertInstanceOf(StoreException.class, failure(write(policy, LONG))).reason());
  }

  @Test
  void anAcknowledgementThatComesWhileAWriteFailsIsTooLate() {
    CompletableFuture<Long> acknowledgement = new CompletableFuture<>();
    AtomicInteger failures = new AtomicInteger();
    writer =
        writer(
            (publish, gate) -> {
              assertTrue(gate.publish());
              return acknowledgement;
            });
    Policy policy =
        new Policy() {
          @Override
          public Optional<Long> knownHead(String subject) {
            return Optional.of(0L);
          }

          @Override
          public void onFailure(Throwable why) {
            failures.incrementAndGet();
            acknowledgement.complete(1L);
          }
        };
    assertEquals(
        Reason.OUTCOME_UNKNOWN,
        assertInstanceOf(StoreException.class, failure(write(policy, SHORT))).reason());
    assertEquals(1, failures.get());
  }

  @Test
  void aBugBehindAnAcknowledgementDoesNotSayThatNothingWasStored() {
    writer =
        writer(
            (publish, gate) -> {
              assertTrue(gate.publish());
              return CompletableFuture.failedFuture(new IllegalStateException("planted"));
            });
    createStream(true);
    Policy policy =
        new Policy() {
          @Override
          public CompletableFuture<Long> readHead(String subject) {
            return requests.incrementAndGet() == 1
                ? CompletableFuture.completedFuture(0L)
                : new CompletableFuture<>();
          }
        };
    assertEquals(
        Reason.OUTCOME_UNKNOWN,
        assertInstanceOf(StoreException.class, failure(write(policy, SHORT))).reason());
  }
}
