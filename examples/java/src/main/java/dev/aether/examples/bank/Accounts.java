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
import dev.aether.examples.common.RepeatUntilKnown;
import java.time.Duration;
import java.util.List;

/** Applies requests to accounts, each exactly once. Safe for use by many threads. */
final class Accounts {
  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(3);

  /** Some accounts are in high demand. */
  private static final RetryPolicy CONFLICTS = new JitterRetry().withMaxRetries(200);

  private final Actors<Account, AccountEvent> actors;
  private final RepeatUntilKnown repeat;
  private final Tally tally;

  /** Uses the client's namespace. The caller closes the client. */
  Accounts(AetherClient client, Tally tally) {
    // Without a snapshot the next read is longer, and servers are killed here all the time.
    this.actors = Actors.of(client, Account.TYPE, CONFLICTS).withListener(new ActorsListener() {});
    this.repeat = new RepeatUntilKnown(client, GIVE_UP_AFTER, tally::failed);
    this.tally = tally;
  }

  /** The outcome of a request. */
  enum Outcome {
    DONE,
    /** The event had already been applied. */
    SEEN_BEFORE,
    /** The account refused it; nothing is stored. */
    REFUSED
  }

  /**
   * A request to an account.
   *
   * @param account the actor
   * @param event the event to apply
   * @param step its name, the same in every repetition; at most 40 characters that commit ids may
   *     have
   * @param context its correlation and cause
   */
  record Request(String account, AccountEvent event, String step, EventContext context) {
    /**
     * The same decision at the same version is the same commit, which is stored once; a decision at
     * another version is another commit.
     */
    private String commitId(Attempt attempt) {
      return step + "." + attempt.latestVersion();
    }

    private List<AccountEvent> decide(Account account) {
      boolean happens = !account.hasSeen(event) && event.refusal(account).isEmpty();
      return happens ? List.of(event) : List.of();
    }
  }

  /** Applies the event once, unless the account refuses it. Returns when the outcome is known. */
  Outcome apply(Request request) {
    Handled<Account, AccountEvent> handled = repeat.call(() -> handle(request));
    if (handled.saved().isPresent()) {
      tally.saved(handled.saved().get().replayed());
      return Outcome.DONE;
    }
    if (handled.state().hasSeen(request.event())) {
      tally.seenBefore();
      return Outcome.SEEN_BEFORE;
    }
    return Outcome.REFUSED;
  }

  private Handled<Account, AccountEvent> handle(Request request) {
    return actors
        .with(settings -> settings.withCommitIds(request::commitId))
        .handle(
            request.account(),
            request.context(),
            (account, attempt) -> {
              tally.attempted(attempt);
              return request.decide(account);
            });
  }

  /** Loads the account from its snapshot and the events after it. */
  Loaded<Account> load(String account) {
    return repeat.call(() -> actors.load(account));
  }
}
