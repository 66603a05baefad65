package dev.aether.client.retry;

import dev.aether.client.AetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import java.util.List;
import java.util.Optional;

/**
 * Saves under a retry policy. It asks the decider for events, saves them at the version on which
 * they were decided, and after a conflict asks again at the version that the conflict reports, as
 * often as the policy allows. Safe for use by many threads; the caller's thread decides, saves and
 * waits.
 *
 * <p>After {@link dev.aether.client.OutcomeUnknownException} the commit may be stored. To find out
 * by saving again, derive commit ids from the command and the version ({@link
 * SaveSettings#withCommitIds}) and decide from the actor's history: a stored commit is then
 * recognised by its id, or by the decider.
 *
 * <p>Besides the exceptions of {@link AetherClient}, it throws {@link RetriesExhaustedException}
 * when the policy gives up, {@link CircuitBreakerOpenException} when the policy does not let the
 * save start, and whatever the {@link Decider} throws.
 */
public final class RetryingSaver {
  /** Maximum number of conflicts in a report, which contains the latest ones. */
  static final int REPORTED_CONFLICTS = 100;

  private final AetherClient client;
  private final RetryPolicy policy;
  private final SaveSettings settings;

  private RetryingSaver(AetherClient client, RetryPolicy policy, SaveSettings settings) {
    this.client = client;
    this.policy = policy;
    this.settings = settings;
  }

  /** Creates a saver for the client's namespace. The caller closes the client. */
  public static RetryingSaver of(AetherClient client, RetryPolicy policy) {
    return of(client, policy, SaveSettings.defaults());
  }

  /** Creates a saver. The caller closes the client. */
  public static RetryingSaver of(AetherClient client, RetryPolicy policy, SaveSettings settings) {
    return new RetryingSaver(client, policy, settings);
  }

  /** The non-blocking form of this saver. */
  public AsyncRetryingSaver async() {
    return AsyncRetryingSaver.of(client.async(), policy, settings);
  }

  /**
   * Asks for the actor's latest version and saves the events decided on it.
   *
   * @return empty if the decider had nothing to save
   */
  public Optional<Saved> save(String actorId, Decider decider) {
    return save(
        actorId,
        conflict ->
            conflict.isPresent()
                ? conflict.get().currentVersion()
                : client.latestVersion(actorId, settings.call()),
        decider);
  }

  /**
   * Saves the events decided on a version that the caller knows, which saves the call that asks for
   * it.
   *
   * @param latestVersion not negative; if it is no longer the latest version, the first attempt
   *     conflicts
   * @return empty if the decider had nothing to save
   */
  public Optional<Saved> save(String actorId, long latestVersion, Decider decider) {
    return save(
        actorId, conflict -> conflict.map(Conflict::currentVersion).orElse(latestVersion), decider);
  }

  /**
   * Saves the events decided on versions that come from the given source.
   *
   * @return empty if the decider had nothing to save
   */
  public Optional<Saved> save(String actorId, VersionSource versions, Decider decider) {
    SaveAttempts attempts = new SaveAttempts(actorId, policy, settings);
    Throwable failure = null;
    try {
      return attempts(attempts, versions, decider);
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      attempts.end(failure);
    }
  }

  private Optional<Saved> attempts(SaveAttempts attempts, VersionSource versions, Decider decider) {
    Optional<Conflict> last = Optional.empty();
    while (true) {
      Attempt attempt = attempts.attempt(last, versions.latest(last));
      List<NewEvent> events = SaveAttempts.decided(decider.decide(attempt));
      if (events.isEmpty()) {
        attempts.endWithoutSave();
        return Optional.empty();
      }
      try {
        return Optional.of(client.save(attempts.command(attempt, events)));
      } catch (VersionConflictException conflict) {
        Conflict seen = Conflict.of(conflict, attempt.number());
        client.delay(attempts.delayAfter(seen, conflict));
        last = Optional.of(seen);
      }
    }
  }
}
