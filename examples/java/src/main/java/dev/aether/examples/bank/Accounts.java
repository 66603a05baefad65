package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.ActorsListener;
import dev.aether.client.actor.EventContext;
import dev.aether.client.actor.Handled;
import dev.aether.client.actor.Loaded;
import dev.aether.client.retry.Attempt;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.examples.common.Patience;
import java.time.Duration;
import java.util.List;

/** Has things happen to accounts, once each. For any number of threads. */
final class Accounts {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Many want the same few accounts. */
  private static final RetryPolicy CONFLICTS = new JitterRetry().withMaxRetries(200);

  private final Actors<Account, AccountEvent> actors;
  private final Patience patience;
  private final Tally tally;

  /** In the client's namespace. The client stays the caller's to close. */
  Accounts(AetherClient client, Tally tally) {
    // A snapshot that was not saved costs a longer read, and servers are killed here all the time.
    this.actors = Actors.of(client, Account.TYPE, CONFLICTS).withListener(new ActorsListener() {});
    this.patience = new Patience(client, PATIENCE, tally::failed);
    this.tally = tally;
  }

  /** What became of what was wanted. */
  enum Outcome {
    DONE,
    /** It had happened before. */
    SEEN_BEFORE,
    /** The account would not have it; nothing is stored. */
    REFUSED
  }

  /**
   * Something that is wanted of an account.
   *
   * @param account the actor
   * @param event what shall happen
   * @param step its name, the same whenever it is wanted again; at most 40 characters of those of
   *     commit ids
   * @param context what it belongs to and what caused it
   */
  record Wanted(String account, AccountEvent event, String step, EventContext context) {
    /**
     * Whoever decides the same on the same version makes the same commit, which is stored once;
     * whoever decides on another version makes another one.
     */
    private String commitId(Attempt attempt) {
      return step + "." + attempt.latestVersion();
    }

    private List<AccountEvent> decide(Account account) {
      boolean happens = !account.hasSeen(event) && event.refusal(account).isEmpty();
      return happens ? List.of(event) : List.of();
    }
  }

  /** Has it happen once, unless the account refuses. Returns when that is known. */
  Outcome have(Wanted wanted) {
    Handled<Account, AccountEvent> handled = patience.ask(() -> handle(wanted));
    if (handled.saved().isPresent()) {
      tally.saved(handled.saved().get().replayed());
      return Outcome.DONE;
    }
    if (handled.state().hasSeen(wanted.event())) {
      tally.seenBefore();
      return Outcome.SEEN_BEFORE;
    }
    return Outcome.REFUSED;
  }

  private Handled<Account, AccountEvent> handle(Wanted wanted) {
    return actors
        .with(settings -> settings.withCommitIds(wanted::commitId))
        .handle(
            wanted.account(),
            wanted.context(),
            (account, attempt) -> {
              tally.attempted(attempt);
              return wanted.decide(account);
            });
  }

  /** The account as it is now, from its snapshot and the events after it. */
  Loaded<Account> load(String account) {
    return patience.ask(() -> actors.load(account));
  }
}
