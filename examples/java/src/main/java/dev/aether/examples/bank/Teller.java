package dev.aether.examples.bank;

import dev.aether.client.actor.EventContext;
import dev.aether.examples.bank.AccountEvent.Closed;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.Accounts.Outcome;
import dev.aether.examples.bank.Accounts.Request;
import dev.aether.examples.bank.Plan.Transfer;
import java.util.Random;

/** A client that makes its share of the transfers, one after another. */
final class Teller {
  private final Plan plan;
  private final int number;
  private final Accounts accounts;
  private final Promises promises;
  private final Runnable turn;
  private final Random random;

  /**
   * Creates a teller.
   *
   * @param promises records the answers to transfer requests
   * @param turn returns when the next transfer may start
   */
  Teller(Plan plan, int number, Accounts accounts, Promises promises, Runnable turn) {
    this.plan = plan;
    this.number = number;
    this.accounts = accounts;
    this.promises = promises;
    this.turn = turn;
    this.random = new Random(plan.options().seed * 31 + number);
  }

  void run() {
    int clients = plan.options().clients;
    int share =
        plan.options().transfers / clients + (number < plan.options().transfers % clients ? 1 : 0);
    for (int i = 1; i <= share; i++) {
      turn.run();
      if (plan.closes(random)) {
        close(plan.anyAccount(random), i);
      }
      transfer(plan.draw(random, number, i));
    }
  }

  /** Debits the payer; the process manager does the rest. */
  private void transfer(Transfer transfer) {
    Debited debit =
        new Debited(
            transfer.id(), transfer.teller(), transfer.number(), transfer.to(), transfer.amount());
    Outcome outcome =
        accounts.apply(
            new Request(
                transfer.from(),
                debit,
                transfer.id() + ".debit",
                EventContext.none()
                    .withCorrelationId(transfer.id())
                    .withUserId(transfer.teller())));
    promises.answer(transfer, outcome != Outcome.REFUSED);
  }

  private void close(String account, int before) {
    String name = "t%02d-%05d.close".formatted(number, before);
    accounts.apply(new Request(account, new Closed(), name, EventContext.none()));
  }
}
