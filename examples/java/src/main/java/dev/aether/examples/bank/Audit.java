package dev.aether.examples.bank;

import dev.aether.client.Event;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.bank.Plan.Transfer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares the books with the answers that were given, using only the histories and no computed
 * state. Not thread-safe.
 */
final class Audit {
  private static final int MAX_REPORTED = 20;

  private final Books books;
  private final Map<String, Transfer> accepted;
  private final List<String> problems = new ArrayList<>();

  /** Transfer → the events that belong to it. */
  private final Map<String, List<Posting>> postings = new HashMap<>();

  private record Posting(String account, AccountEvent event) {}

  /**
   * Creates an audit.
   *
   * @param accepted the transfers that were reported as accepted, by id
   */
  Audit(Books books, Map<String, Transfer> accepted) {
    this.books = books;
    this.accepted = accepted;
  }

  /** The problems found; empty if there are none. */
  List<String> problems() {
    books.histories().forEach(this::replay);
    long opened = books.histories().size() * Plan.OPENING_BALANCE;
    check(books.balances() == opened, "%d cents opened, %d found", opened, books.balances());
    accepted.values().forEach(this::settledOnce);
    for (String unknown : postings.keySet()) {
      check(accepted.containsKey(unknown), "%s was never reported as accepted", unknown);
    }
    return problems.size() <= MAX_REPORTED
        ? problems
        : List.of(problems.size() + " problems, such as " + problems.subList(0, MAX_REPORTED));
  }

  /** Number of events of this type. */
  long count(Class<? extends AccountEvent> end) {
    return postings.values().stream()
        .flatMap(List::stream)
        .filter(posting -> end.isInstance(posting.event()))
        .count();
  }

  private void replay(String name, List<Event> events) {
    Account account = Account.NONE;
    long version = 0;
    for (Event event : events) {
      AccountEvent what = Objects.requireNonNull(Account.TYPE.codec().decode(event));
      account = account.after(what);
      version++;
      check(event.version() == version, "%s v%d is missing", name, version);
      check(account.balance() >= 0, "%s is negative at v%d", name, version);
      note(name, what);
    }
    check(
        account.equals(books.loaded().get(name)),
        "%s: the loaded state differs from the replayed one",
        name);
  }

  private void note(String name, AccountEvent event) {
    String transfer = null;
    if (event instanceof Debited debit) {
      transfer = debit.transfer();
    } else if (event instanceof Credited credit) {
      transfer = credit.transfer();
    } else if (event instanceof Refunded refund) {
      transfer = refund.transfer();
    }
    if (transfer != null) {
      postings.computeIfAbsent(transfer, id -> new ArrayList<>()).add(new Posting(name, event));
    }
  }

  /**
   * Checks that there is one debit of the payer, and one credit of the payee or one refund of the
   * payer.
   */
  private void settledOnce(Transfer transfer) {
    List<String> found =
        postings.getOrDefault(transfer.id(), List.of()).stream().map(Audit::text).sorted().toList();
    String debit = "Debited %s %d".formatted(transfer.from(), transfer.amount());
    String credit = "Credited %s %d".formatted(transfer.to(), transfer.amount());
    String refund = "Refunded %s %d".formatted(transfer.from(), transfer.amount());
    check(
        found.equals(List.of(credit, debit)) || found.equals(List.of(debit, refund)),
        "%s is settled as %s",
        transfer.id(),
        found);
  }

  private static String text(Posting posting) {
    AccountEvent event = posting.event();
    long amount = Math.abs(event.change());
    return "%s %s %d".formatted(event.getClass().getSimpleName(), posting.account(), amount);
  }

  private void check(boolean holds, String problem, Object... values) {
    if (!holds) {
      problems.add(problem.formatted(values));
    }
  }
}
