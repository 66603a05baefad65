package dev.aether.server.store.jetstream;

import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Limits;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What this node knew of the actor when a save came in. Whatever a repeat of it stored, by way of
 * another node, was stored after that: a writer repeats what it has sent.
 *
 * @param subject the actor's, as far as its namespace was known; empty: it was not
 * @param commits how many the actor had at least
 */
record Arrival(String subject, long commits, Save save) {
  static Arrival of(Save save, SaveTools tools) {
    if (save.expected() instanceof ExpectedVersion.Exactly) {
      // JetStream itself stores at most one commit after a version.
      return new Arrival("", 0, save);
    }
    CompletableFuture<Optional<Namespaces.Info>> found = tools.namespaces().find(save.namespace());
    if (!found.isDone() || found.isCompletedExceptionally() || found.join().isEmpty()) {
      return new Arrival("", 0, save);
    }
    String subject = SubjectCodec.subject(found.join().get().logs().get(0), save.actor());
    return tools
        .cache()
        .get(subject)
        .map(tip -> new Arrival(subject, tip.through().count(), save))
        .orElseGet(() -> new Arrival("", 0, save));
  }

  /**
   * The number of the commit after which the save's own repeats may stand, or the save itself if it
   * is one.
   */
  long repeatsMayFollow(String actor, ActorTip tip, RecentCommits seen) {
    long all = tip.through().count();
    long furthest = Math.max(0, all - Limits.REPEATS_AMONG_COMMITS);
    if (save.retry()) {
      return furthest;
    }
    long known = tip.mayBe(save.commitId()) ? all - 1 : all;
    if (subject.equals(actor)) {
      // What the lane has seen costs nothing to look at, also from before it came.
      return Math.max(furthest, Math.min(commits, Math.min(known, seen.start())));
    }
    // What was there when it came is not known: an actor's first save on a node reads once.
    return furthest;
  }
}
