package dev.aether.examples.bank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Opened;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.bank.Plan.Transfer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The audit must find problems where there are some. */
final class AuditTest {
  private static final Opened OPENED = new Opened(Plan.OPENING_BALANCE);
  private static final Transfer PROMISED = new Transfer("t", "teller", 1, "a", "b", 10);
  private static final Debited DEBIT = new Debited("t", "teller", 1, "b", 10);
  private static final Credited CREDIT = new Credited("t", "a", 2, 10);
  private static final Refunded REFUND = new Refunded("t", 2, 10);

  @Test
  void aTransferThatIsCompletedOrRefundedIsRight() {
    assertEquals(List.of(), audit(List.of(OPENED, DEBIT), List.of(OPENED, CREDIT)));
    assertEquals(List.of(), audit(List.of(OPENED, DEBIT, REFUND), List.of(OPENED)));
  }

  @Test
  void aTransferThatIsLostDoubledOrBothIsFound() {
    assertEquals(
        List.of("200000 cents opened, 199990 found", "t is settled as [Debited a 10]"),
        audit(List.of(OPENED, DEBIT), List.of(OPENED)));
    assertEquals(
        List.of(
            "200000 cents opened, 200010 found",
            "t is settled as [Credited b 10, Credited b 10, Debited a 10]"),
        audit(List.of(OPENED, DEBIT), List.of(OPENED, CREDIT, CREDIT)));
    assertEquals(
        List.of(
            "200000 cents opened, 200010 found",
            "t is settled as [Credited b 10, Debited a 10, Refunded a 10]"),
        audit(List.of(OPENED, DEBIT, REFUND), List.of(OPENED, CREDIT)));
  }

  @Test
  void anAccountThatWasNegativeForAWhileIsFound() {
    Opened poor = new Opened(5);
    assertEquals(
        "a is negative at v2", audit(List.of(poor, DEBIT, REFUND), List.of(OPENED)).get(0));
  }

  @Test
  void aTransferThatNobodyWasToldOfIsFound() {
    Books books = books(List.of(OPENED, DEBIT), List.of(OPENED, CREDIT));
    assertEquals(
        List.of("t was never reported as accepted"), new Audit(books, Map.of()).problems());
  }

  private static List<String> audit(List<AccountEvent> a, List<AccountEvent> b) {
    return new Audit(books(a, b), Map.of("t", PROMISED)).problems();
  }

  private static Books books(List<AccountEvent> a, List<AccountEvent> b) {
    return new Books(
        Map.of("a", history("a", a), "b", history("b", b)), Map.of("a", state(a), "b", state(b)));
  }

  private static Account state(List<AccountEvent> events) {
    Account account = Account.NONE;
    for (AccountEvent event : events) {
      account = account.after(event);
    }
    return account;
  }

  private static List<Event> history(String account, List<AccountEvent> events) {
    List<Event> history = new ArrayList<>();
    for (AccountEvent what : events) {
      NewEvent event = Account.TYPE.codec().encode(what);
      history.add(
          new Event(
              account,
              history.size() + 1,
              event.type(),
              event.data(),
              event.contentType(),
              "",
              "",
              Map.of(),
              Instant.EPOCH));
    }
    return history;
  }
}
