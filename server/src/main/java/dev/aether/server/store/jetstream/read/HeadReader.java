package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads an actor's last commit from the stream's leader and checks that none after it is lost. */
final class HeadReader {
  private final JetStreamApi api;
  private final ActorLog actor;

  HeadReader(JetStreamApi api, ActorLog actor) {
    this.api = api;
    this.actor = actor;
  }

  /**
   * An actor's last commit, as the stream's leader sees it.
   *
   * @param last the last readable commit
   * @param doubt why there may have been a later commit
   */
  record Result(Optional<LocatedCommit> last, Optional<StoreException.CorruptRecord> doubt) {}

  /**
   * Reads the last commit and compares it with the condition of the log. The two requests run
   * concurrently. If they disagree, the last commit is read again: a commit that was stored between
   * them would then agree with the earlier count.
   */
  CompletableFuture<Result> read() {
    CompletableFuture<LogDamage.Check> checked =
        actor.damage().log().check(actor.stream(), actor.subject());
    // If both fail, the stream check's error is more specific than an unanswered read.
    return checked
        .thenCombine(last(), this::result)
        .thenCompose(
            result ->
                result.doubt().isEmpty()
                    ? CompletableFuture.completedFuture(result)
                    : checked.thenCombine(last(), this::result))
        .thenCombine(checked, this::report);
  }

  /** Reports an actor whose newest records cannot be read, or clears an earlier report. */
  private Result report(Result result, LogDamage.Check check) {
    long sequence = result.last().map(LocatedCommit::sequence).orElse(0L);
    LogDamage damage = actor.damage().log();
    if (result.doubt().isEmpty()) {
      damage.unreadable().removeNewest(actor.stream(), actor.actor());
    } else if (check.loss().through() <= sequence) {
      damage.unreadable().add(actor.stream(), actor.actor(), 0, unreadable(check, sequence));
    }
    return result;
  }

  private static String unreadable(LogDamage.Check check, long sequence) {
    return "JetStream has "
        + check.records()
        + " records of the actor, but cannot read any after position "
        + sequence;
  }

  private CompletableFuture<Optional<LocatedCommit>> last() {
    return api.last(actor.stream(), actor.subject()).thenApply(last -> last.map(actor::located));
  }

  private Result result(LogDamage.Check check, Optional<LocatedCommit> last) {
    return new Result(last, doubt(last, check));
  }

  private Optional<StoreException.CorruptRecord> doubt(
      Optional<LocatedCommit> last, LogDamage.Check check) {
    long sequence = last.map(LocatedCommit::sequence).orElse(0L);
    long number = last.map(commit -> commit.header().number()).orElse(0L);
    if (check.loss().through() > sequence) {
      return Optional.of(
          actor
              .damage()
              .corrupt(
                  check.loss().through(),
                  "the log is damaged: "
                      + check.loss().description()
                      + "; it cannot be determined whether the actor had a record among them"));
    }
    if (check.records() > number) {
      return Optional.of(actor.damage().corrupt(sequence, unreadable(check, sequence)));
    }
    return Optional.empty();
  }
}
