package dev.aether.client.retry;

import dev.aether.client.AetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import java.util.List;
import java.util.Optional;

/**
 * Saves under a policy: asks for the events, saves them on the version that they were decided on,
 * and after a conflict asks again on the version that the conflict names, as often as the policy
 * allows. For any number of threads; the caller's thread decides, saves and waits.
 *
 * <p>After {@link dev.aether.client.OutcomeUnknownException} the commit may be stored. To find out
 * by saving again, name commits by the command and the version ({@link SaveSettings#withCommitIds})
 * and decide from the actor's history: what is stored is then found by its name, or by the decider.
 *
 * <p>Besides what {@link AetherClient} throws: {@link RetriesExhaustedException} when the policy
 * gives up, {@link CircuitBreakerOpenException} when it does not let the save begin, and whatever
 * the {@link Decider} throws.
 */
public final class RetryingSaver {
  /** A report has no more conflicts than this, the latest. */
  static final int REPORTED_CONFLICTS = 100;

  private final AetherClient client;
  private final RetryPolicy policy;
  private final SaveSettings settings;

  private RetryingSaver(AetherClient client, RetryPolicy policy, SaveSettings settings) {
    this.client = client;
    this.policy = policy;
    this.settings = settings;
  }

  /** A saver in the client's namespace. The client stays the caller's to close. */
  public static RetryingSaver of(AetherClient client, RetryPolicy policy) {
    return of(client, policy, SaveSettings.defaults());
  }

  /** A saver. The client stays the caller's to close. */
  public static RetryingSaver of(AetherClient client, RetryPolicy policy, SaveSettings settings) {
    return new RetryingSaver(client, policy, settings);
  }

  /** The same saver, with methods that do not wait. */
  public AsyncRetryingSaver async() {
    return AsyncRetryingSaver.of(client.async(), policy, settings);
  }

  /**
   * Asks for the actor's version, and saves what is decided on it.
   *
   * @return empty where the decider had nothing to save
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
   * Saves what is decided on a version that the caller knows, which spares the first question.
   *
   * @param latestVersion not negative; where it is no longer the latest, the first attempt
   *     conflicts
   * @return empty where the decider had nothing to save
   */
  public Optional<Saved> save(String actorId, long latestVersion, Decider decider) {
    return save(
        actorId, conflict -> conflict.map(Conflict::currentVersion).orElse(latestVersion), decider);
  }

  /**
   * Saves what is decided on versions that the caller finds out by its own means.
   *
   * @return empty where the decider had nothing to save
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
