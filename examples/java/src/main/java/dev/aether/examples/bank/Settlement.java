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
import dev.aether.examples.bank.Accounts.Request;
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
 * The process manager: subscribes to debits and credits each to its payee or, if the payee refuses
 * it, refunds it to the payer.
 *
 * <p>Its only state is a cursor, written when everything before it is settled. After a kill it
 * processes some debits again; their steps have the same names, and the accounts recognise them.
 * Debits of one payer are settled in order, debits of several payers in parallel, so the numbers
 * that an account sees from a payer increase.
 */
final class Settlement implements SubscriptionListener, AutoCloseable {
  private static final int THREADS = 8;

  private final Accounts accounts;
  private final CheckpointFile checkpoint;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final Subscription subscription;

  /** Starts at the checkpoint. The caller closes the client. */
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
            .collect(Collectors.groupingBy(c -> Math.floorMod(c.actorId().hashCode(), THREADS)));
    settleAll(byPayer.values());
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** Called for heartbeats, too: the cursor moves even if nobody pays. */
  @Override
  public void onCursor(Cursor cursor) {
    checkpoint.save(cursor);
  }

  /** Returns when all are settled; throws if one is not, and then the cursor does not pass it. */
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
      for (Future<Void> settled : threads.invokeAll(work)) {
        Void unused = settled.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while settling", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a debit could not be settled: " + e.getCause(), e);
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
    Outcome outcome =
        accounts.apply(new Request(debit.to(), credit, transfer + ".credit", context));
    if (outcome == Outcome.REFUSED) {
      Refunded refund = new Refunded(transfer, event.version(), debit.amount());
      accounts.apply(new Request(payer, refund, transfer + ".refund", context));
    }
  }

  /**
   * The subscription ends if a debit cannot be settled; {@link SettlementService} starts another
   * one.
   */
  @Override
  public void onError(AetherException error) {}

  /** Stops it in the middle of its work, as a kill would. Returns when nothing is running. */
  @Override
  public void close() {
    subscription.close();
    for (Runnable notStarted : threads.shutdownNow()) {
      ((Future<?>) notStarted).cancel(true);
    }
    // This is quick, because the interrupt ends the client's waits.
    subscription.ended().handle((done, thrown) -> done).join();
  }
}
