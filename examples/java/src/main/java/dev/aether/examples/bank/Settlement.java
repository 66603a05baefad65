package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.actor.EventContext;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.bank.Accounts.Outcome;
import dev.aether.examples.bank.Accounts.Wanted;
import dev.aether.examples.common.CheckpointFile;
import dev.aether.examples.common.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The process manager: follows debits, and has each credited to its payee or, if the payee won't
 * have it, refunded to its payer.
 *
 * <p>It keeps nothing but a cursor, written when all before it is settled. Killed in the middle, it
 * meets some debits again; their steps have the same names and the accounts know them. The debits
 * of one payer are settled in their order, those of several side by side: so the numbers that an
 * account sees from a payer rise.
 */
final class Settlement implements SubscriptionListener, AutoCloseable {
  private static final int LANES = 8;

  private final Accounts accounts;
  private final CheckpointFile checkpoint;
  private final ExecutorService lanes = Executors.newFixedThreadPool(LANES);
  private final Subscription subscription;

  /** Begins where the checkpoint is. The client stays the caller's to close. */
  Settlement(AetherClient client, Accounts accounts, CheckpointFile checkpoint) {
    this.accounts = accounts;
    this.checkpoint = checkpoint;
    this.subscription =
        client.subscribe(
            SubscribeOptions.builder(checkpoint.start())
                .eventType(Json.type(Debited.class))
                .build(),
            this);
  }

  Subscription subscription() {
    return subscription;
  }

  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    Map<Integer, List<Commit>> byPayer =
        commits.stream()
            .collect(Collectors.groupingBy(c -> Math.floorMod(c.actorId().hashCode(), LANES)));
    settleAll(byPayer.values());
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** Also of heartbeats: the cursor moves on though nobody pays. */
  @Override
  public void onCursor(Cursor cursor) {
    checkpoint.save(cursor);
  }

  /** Returns when all are settled; throws if one is not, so that no cursor passes it. */
  private void settleAll(Collection<List<Commit>> byPayer) {
    List<Callable<Void>> work =
        byPayer.stream()
            .<Callable<Void>>map(
                commits ->
                    () -> {
                      commits.forEach(this::settle);
                      return null;
                    })
            .toList();
    try {
      for (Future<Void> lane : lanes.invokeAll(work)) {
        Void unused = lane.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while settling", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("not settled: " + e.getCause(), e);
    }
  }

  private void settle(Commit commit) {
    for (Event event : commit.events()) {
      if (Account.TYPE.codec().decode(event) instanceof Debited debit) {
        settle(commit.actorId(), event, debit);
      }
    }
  }

  private void settle(String payer, Event event, Debited debit) {
    String transfer = debit.transfer();
    EventContext context = EventContext.causedBy(event);
    Credited credit = new Credited(transfer, payer, event.version(), debit.amount());
    Outcome outcome = accounts.have(new Wanted(debit.to(), credit, transfer + ".credit", context));
    if (outcome == Outcome.REFUSED) {
      Refunded refund = new Refunded(transfer, event.version(), debit.amount());
      accounts.have(new Wanted(payer, refund, transfer + ".refund", context));
    }
  }

  /** It ends by itself when a debit can't be settled; whoever started it starts another one. */
  @Override
  public void onError(AetherException error) {}

  /** Ends it in the middle: what is under way is left as it is. Returns when nothing runs. */
  @Override
  public void close() {
    subscription.close();
    for (Runnable notBegun : lanes.shutdownNow()) {
      ((Future<?>) notBegun).cancel(true);
    }
    // Soon, as the client's waits end by the interrupt.
    subscription.ended().handle((done, thrown) -> done).join();
  }
}
