package dev.aether.client.retry;

import dev.aether.client.AetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Saves under a policy: asks for the events, saves them on the version that they were decided on,
 * and after a conflict asks again on the version that the conflict names, as often as the policy
 * allows. For any number of threads; the caller's thread decides, saves and waits.
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
    return run(actorId, null, decider);
  }

  /**
   * Saves what is decided on a version that the caller knows, which spares the first question.
   *
   * @param latestVersion not negative; where it is no longer the latest, the first attempt
   *     conflicts
   * @return empty where the decider had nothing to save
   */
  public Optional<Saved> save(String actorId, long latestVersion, Decider decider) {
    return run(actorId, latestVersion, decider);
  }

  private Optional<Saved> run(String actorId, @Nullable Long known, Decider decider) {
    SaveCourse course = new SaveCourse(actorId, policy, settings);
    Throwable failure = null;
    try {
      long version = known == null ? client.latestVersion(actorId, settings.call()) : known;
      return attempts(course, Attempt.first(actorId, version), decider);
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      course.end(failure);
    }
  }

  private Optional<Saved> attempts(SaveCourse course, Attempt first, Decider decider) {
    Attempt attempt = first;
    while (true) {
      List<NewEvent> events = decider.decide(attempt);
      if (events.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(client.save(course.command(attempt, events)));
      } catch (VersionConflictException conflict) {
        SaveCourse.Next next = course.after(attempt, conflict);
        client.delay(next.again().pause());
        attempt = next.attempt();
      }
    }
  }
}
