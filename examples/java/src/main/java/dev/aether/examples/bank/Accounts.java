package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.SaveCommand;
import dev.aether.client.Snapshot;
import dev.aether.client.VersionConflictException;
import dev.aether.client.retry.Conflict;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryCourse;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.Verdict;
import dev.aether.examples.common.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Loads accounts, decides and saves. For any number of threads. */
final class Accounts {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SNAPSHOT_EVERY = 50;

  /** Many want the same few accounts. */
  private static final RetryPolicy CONFLICTS = new JitterRetry().withMaxRetries(200);

  private final AetherClient client;
  private final Patience patience;
  private final Tally tally;

  Accounts(AetherClient client, Tally tally) {
    this.client = client;
    this.patience = new Patience(client, PATIENCE, tally);
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
   * @param name of the step, the same whenever it is wanted again; at most 40 characters of those
   *     of commit ids
   * @param metadata what it belongs to and what caused it
   */
  record Wanted(String account, AccountEvent event, String name, Map<String, String> metadata) {

    /**
     * The save that an account at a version gets. Its commit id follows from the step and the
     * version: whoever decides the same on the same version makes the same commit, which is stored
     * once, and whoever decides on another version makes another one.
     */
    private SaveCommand on(long version) {
      return SaveCommand.builder(account, ExpectedVersion.exactly(version))
          .commitId(name + "." + version)
          .event(Json.event((Record) event).metadata(metadata).build())
          .build();
    }
  }

  /** Has it happen once, unless the account refuses. Returns when that is known. */
  Outcome have(Wanted wanted) {
    RetryCourse conflicts = CONFLICTS.begin(wanted.account());
    for (int attempt = 1; ; attempt++) {
      Account account = load(wanted.account());
      if (account.hasSeen(wanted.event())) {
        tally.seenBefore();
        return Outcome.SEEN_BEFORE;
      }
      Optional<String> refusal = wanted.event().refusal(account);
      if (refusal.isPresent()) {
        return Outcome.REFUSED;
      }
      try {
        patience.save(wanted.on(account.version()));
        keepSnapshot(wanted.account(), account.after(wanted.event()));
        return Outcome.DONE;
      } catch (VersionConflictException conflict) {
        tally.conflict();
        awaitTurn(conflicts, conflict, attempt);
      }
    }
  }

  private void awaitTurn(RetryCourse course, VersionConflictException thrown, int attempt) {
    Conflict conflict =
        new Conflict(
            thrown.actorId(),
            thrown.currentVersion(),
            thrown.attemptedVersion(),
            attempt,
            thrown.missedEvents());
    if (course.onConflict(conflict) instanceof Verdict.Again again) {
      client.delay(again.pause());
    } else {
      throw thrown;
    }
  }

  /** The account as it is now, from its snapshot and the events after it. */
  Account load(String account) {
    return patience.read(
        () ->
            client
                .loadActor(account)
                .fold(
                    snapshot ->
                        snapshot
                            .map(kept -> Json.read(kept.state(), Account.class))
                            .orElse(Account.NONE),
                    (state, event) -> state.after(AccountEvents.read(event))));
  }

  private void keepSnapshot(String account, Account state) {
    if (state.version() % SNAPSHOT_EVERY != 0) {
      return;
    }
    try {
      client.saveSnapshot(
          Snapshot.builder(account, state.version(), Json.write(state)).build());
    } catch (AetherException e) {
      // It only spares reading: the next one will do.
    }
  }
}
