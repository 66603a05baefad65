package dev.aether.server.grpc.saves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.Code;
import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.ConflictWithEvents;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A conflict stays a conflict, whatever happens to the read of the missed events. */
class MissedEventsTest {
  private static final ActorId ACTOR = new ActorId("actor");
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final List<ActorRange> reads = new ArrayList<>();
  private final Queue<CompletableFuture<List<LogEntry>>> pages = new ArrayDeque<>();
  private final EventStore store = new Refusing();
  private final MissedEvents missedEvents = new MissedEvents(store);
  private LongFunction<StoreException> refusal =
      expected ->
          StoreException.VersionConflict.at(ACTOR, 10, expected, Optional.of("incarnation"));

  /**
   * Refuses each save, at version 10 unless a test sets another error, and reads prepared pages.
   */
  private final class Refusing implements EventStore {
    @Override
    public CompletableFuture<Saved> save(Save save) {
      long expected = ((ExpectedVersion.Exactly) save.expected()).version();
      return CompletableFuture.failedFuture(refusal.apply(expected));
    }

    @Override
    public ActorReader readIncarnation(String incarnation, ActorRange range) {
      assertEquals("incarnation", incarnation);
      reads.add(range);
      return pages::remove;
    }

    @Override
    public ActorReader read(ActorRange range) {
      throw new AssertionError("another incarnation might be read");
    }

    @Override
    public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
      throw new AssertionError("not asked for");
    }
  }

  private static LogEntry commit(long first, long last) {
    Commit.Builder commit = Commit.newBuilder();
    LongStream.rangeClosed(first, last)
        .forEach(version -> commit.addEvents(Event.newBuilder().setVersion(version)));
    return new LogEntry.StoredCommit(
        0, first, Instant.EPOCH, ACTOR, EncodedCommit.of(commit.build()));
  }

  private void page(LogEntry... entries) {
    pages.add(CompletableFuture.completedFuture(List.of(entries)));
  }

  private List<Long> missed(long expected, int asked) {
    return missed(expected, asked, BOUND);
  }

  private CompletableFuture<Saved> save(long expected, int asked, Duration left) {
    Save save =
        new Save(
            Namespace.DEFAULT,
            ACTOR,
            new CommitId("c"),
            new ExpectedVersion.Exactly(expected),
            List.of(),
            "",
            false,
            new SaveOrder(),
            System.nanoTime() + left.toNanos());
    return missedEvents.addTo(store.save(save), save, asked);
  }

  private static Throwable refused(CompletableFuture<Saved> saving) {
    Throwable cause =
        assertThrows(
                ExecutionException.class, () -> saving.get(BOUND.toSeconds(), TimeUnit.SECONDS))
            .getCause();
    return Objects.requireNonNull(cause);
  }

  private List<Long> missed(long expected, int asked, Duration left) {
    return broughtBy(save(expected, asked, left));
  }

  /** The versions of the events in a conflict. */
  private static List<Long> broughtBy(CompletableFuture<Saved> saving) {
    Throwable thrown = refused(saving);
    com.google.rpc.Status status = StatusMapper.toProto(thrown);
    assertEquals(Code.ABORTED.getNumber(), status.getCode());
    assertEquals(2, status.getDetailsCount());
    return thrown instanceof ConflictWithEvents conflict
        ? conflict.events().stream().map(Event::getVersion).toList()
        : List.of();
  }

  @Test
  void theEventsFromTheAttemptedVersionOnAreReadInOnePage() {
    page(commit(3, 5), commit(6, 6), commit(7, 9));
    assertEquals(List.of(4L, 5L, 6L, 7L, 8L), missed(3, 5));
    assertEquals(new ActorRange(Namespace.DEFAULT, ACTOR, 4, 8, false), reads.get(0));
  }

  @Test
  void nothingIsReadIfTheWriterMissedNothing() {
    assertEquals(List.of(), missed(10, 5));
    assertEquals(List.of(), missed(Long.MAX_VALUE, 5));
    assertEquals(List.of(), missed(-2, 5));
    assertEquals(List.of(), reads);
  }

  @Test
  void noEventsAfterTheConflictAreRead() {
    page();
    assertEquals(List.of(), missed(0, -1));
    assertEquals(10, reads.get(0).to());
  }

  @Test
  void aDamagedRecordEndsTheEvents() {
    page(commit(4, 5), new LogEntry.Corrupt(0, 6, "actor", "garbage"), commit(7, 7));
    assertEquals(List.of(4L, 5L), missed(3, 100));
  }

  @Test
  void aGapEndsTheEvents() {
    page(commit(4, 5), commit(7, 7));
    assertEquals(List.of(4L, 5L), missed(3, 100));
  }

  @Test
  void aReadThatFailsLeavesTheConflictWithoutEvents() {
    pages.add(CompletableFuture.failedFuture(StoreException.storeUnavailable("gone")));
    assertEquals(List.of(), missed(3, 100));
    pages.add(CompletableFuture.failedFuture(StoreException.namespaceNotFound(Namespace.DEFAULT)));
    assertEquals(List.of(), missed(3, 100));
  }

  @Test
  void aConflictDoesNotWaitForASlowRead() {
    CompletableFuture<List<LogEntry>> late = new CompletableFuture<>();
    pages.add(late);
    assertEquals(List.of(), missed(3, 100));
    assertEquals(true, late.complete(List.of(commit(4, 5))));
    assertEquals(List.of(), missed(3, 100, Duration.ZERO));
  }

  @Test
  void aConflictHasNoEventsWhenTooManyReadsAreInProgress() {
    List<CompletableFuture<List<LogEntry>>> held = new ArrayList<>();
    List<CompletableFuture<Saved>> saving = new ArrayList<>();
    for (int i = 0; i < MissedEvents.MAX_READS; i++) {
      CompletableFuture<List<LogEntry>> page = new CompletableFuture<>();
      held.add(page);
      pages.add(page);
      saving.add(save(9, 1, BOUND));
    }
    page(commit(10, 10));

    CompletableFuture<Saved> beyond = save(9, 1, BOUND);
    assertTrue(beyond.isDone());
    assertEquals(List.of(), broughtBy(beyond));
    assertEquals(MissedEvents.MAX_READS, reads.size());

    // A read that was given up counts until its page has arrived.
    assertEquals(List.of(), broughtBy(saving.get(0)));
    assertEquals(List.of(), missed(9, 1));
    assertEquals(true, held.get(0).complete(List.of(commit(10, 10))));
    assertEquals(List.of(10L), missed(9, 1));
  }

  @Test
  void aReaderThatThrowsLeavesTheConflictUnchangedAndReleasesItsPermit() {
    for (int i = 0; i <= MissedEvents.MAX_READS; i++) {
      assertEquals(List.of(), missed(9, 1)); // There is no page, so next() throws.
    }
    page(commit(10, 10));
    assertEquals(List.of(10L), missed(9, 1));
  }

  @Test
  void otherErrorsStayUnchanged() {
    refusal = expected -> StoreException.storeFull("no room");
    assertTrue(StoreException.hasReason(refused(save(3, 10, BOUND)), Reason.STORE_FULL));
  }
}
