package dev.aether.examples.bank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.examples.bank.AccountEvent.Closed;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Opened;
import dev.aether.examples.bank.AccountEvent.Refunded;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AccountTest {
  private static final Account OPEN = Account.NONE.after(new Opened(100));

  @Test
  void aDebitAboveTheBalanceIsRefused() {
    assertEquals(Optional.empty(), debit(1, 100).refusal(OPEN));
    assertEquals(Optional.of("balance too low"), debit(1, 101).refusal(OPEN));
  }

  @Test
  void aClosedAccountRefusesAllButARefund() {
    Account closed = OPEN.after(new Closed());
    assertTrue(debit(1, 1).refusal(closed).isPresent());
    assertTrue(new Credited("t", "other", 1, 1).refusal(closed).isPresent());
    assertFalse(new Refunded("t", 1, 1).refusal(closed).isPresent());
  }

  @Test
  void aSourcesNumbersUpToTheLastAreSeenAndNoOthers() {
    Account account = OPEN.after(new Credited("t", "payer", 7, 10));
    assertTrue(account.hasSeen(new Credited("t", "payer", 7, 10)));
    assertTrue(account.hasSeen(new Credited("t", "payer", 6, 10)));
    assertFalse(account.hasSeen(new Credited("t", "payer", 8, 10)));
    assertFalse(account.hasSeen(new Credited("t", "another", 7, 10)));
  }

  private static Debited debit(long number, long amount) {
    return new Debited("t", "teller", number, "other", amount);
  }
}
