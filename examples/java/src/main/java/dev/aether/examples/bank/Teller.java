package dev.aether.examples.bank;

import dev.aether.client.actor.EventContext;
import dev.aether.examples.bank.AccountEvent.Closed;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.Accounts.Outcome;
import dev.aether.examples.bank.Accounts.Wanted;
import dev.aether.examples.bank.Plan.Transfer;
import java.util.Random;

/** One of the clients: makes its share of the transfers, one after another. */
final class Teller {
  private final Plan plan;
  private final int number;
  private final Accounts accounts;
  private final Promises promises;
  private final Runnable turn;
  private final Random random;

  /**
   * @param promises hears what was told to those who wanted a transfer
   * @param turn returns when the next transfer may begin
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

  /** What follows on the debit is the process manager's. */
  private void transfer(Transfer wanted) {
    Debited debit =
        new Debited(wanted.id(), wanted.teller(), wanted.number(), wanted.to(), wanted.amount());
    Outcome outcome =
        accounts.have(
            new Wanted(
                wanted.from(),
                debit,
                wanted.id() + ".debit",
                EventContext.none().withCorrelationId(wanted.id()).withUserId(wanted.teller())));
    promises.told(wanted, outcome != Outcome.REFUSED);
  }

  private void close(String account, int before) {
    String name = "t%02d-%05d.close".formatted(number, before);
    accounts.have(new Wanted(account, new Closed(), name, EventContext.none()));
  }
}
