package dev.aether.server.store.jetstream.save;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.concurrent.Backoff;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.cache.RecentCommits;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.PublishGate;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One save on its way: aim at the actor's end, publish there, and where JetStream says that the end
 * has moved or says nothing, look and decide again, until the deadline. Everything happens one step
 * after another, so no lock is needed; only the deadline comes from aside.
 *
 * <p>A publish whose acknowledgement did not come is repeated with the same expected sequence.
 * JetStream takes at most one message with it, so whatever becomes of the first, the commit is
 * stored once; and once another commit has taken the place, the lost publish can't be stored any
 * more.
 */
final class SaveAttempt {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** Where somebody else was faster, waiting long only gives the next one the turn. */
  private static final Duration LONGEST_CONTENTION_PAUSE = Duration.ofMillis(16);

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(100);

  private final SaveContext tools;
  private final Save save;
  private final CompletableFuture<Saved> answer = new CompletableFuture<>();

  private @Nullable ActorLog actor;
  private final Backoff backoff = Backoff.afterOneAtOnce(FIRST_PAUSE, LONGEST_PAUSE);

  /** Around each step that runs later. */
  private final CatchAll guard;

  /** Whether the head in hand is the leader's and not the cache's. */
  private boolean looked;

  /** When the stream was first missed in this incarnation of the namespace, as nanoTime. */
  private @Nullable Long streamGoneAt;

  /** Where the latest publish aimed; null before the first. */
  private @Nullable ActorHead aim;

  /**
   * The last of JetStream's failures that were not the end of it, for people. Read by the
   * deadline's thread.
   */
  private volatile String lastError = "no answer";

  private final PublishGate gate = new PublishGate();

  /** From now on the answer comes before the deadline, started or not. */
  SaveAttempt(SaveContext tools, Save save) {
    this.tools = tools;
    this.save = save;
    guard =
        new CatchAll(
            "save " + save.commitId().value() + " of actor " + save.actor(), this::onFault);
    var deadline = tools.deadlines().at(save.deadline(), guard.of(this::onDeadline));
    answer.whenComplete((saved, thrown) -> deadline.cancel());
  }

  CompletableFuture<Saved> answer() {
    return answer;
  }

  /** Starts it, when the saves of the same actor before it have ended. */
  CompletableFuture<Saved> start() {
    gate.start();
    guard.run(this::findNamespace);
    return answer;
  }

  /** Ends it unstarted. */
  void refuse(StoreException refusal) {
    answer.completeExceptionally(refusal);
  }

  private void findNamespace() {
    if (!answer.isDone()) {
      namespace().whenComplete(guard.of(this::begin));
    }
  }

  /** Who builds on what is stored makes no namespace: where there is none, there is nothing. */
  private CompletableFuture<Optional<Namespaces.Info>> namespace() {
    return save.expected().buildsOnHistory()
        ? tools.namespaces().find(save.namespace())
        : tools.namespaces().findOrCreate(save.namespace()).thenApply(Optional::of);
  }

  private void begin(Optional<Namespaces.Info> namespace, @Nullable Throwable thrown) {
    if (thrown != null) {
      StoreException why = JetStreamErrors.toStoreException(thrown);
      if (why.reason() == Reason.STORE_UNAVAILABLE) {
        lastError = why.getMessage();
        later(LONGEST_PAUSE, this::findNamespace);
      } else {
        fail(why);
      }
    } else if (namespace.isEmpty()) {
      conflict(ActorHead.NONE);
    } else {
      beginIn(namespace.get());
    }
  }

  private void beginIn(Namespaces.Info namespace) {
    LogStream stream;
    try {
      stream = LogStream.of(namespace.firstLog(), namespace.replicas());
    } catch (StoreException e) {
      fail(e);
      return;
    }
    ActorLog log = tools.actors().of(stream, save.actor());
    actor = log;
    // That an actor has nothing is looked at anew: a damaged log would take expectation 0 for
    // right.
    tools
        .known()
        .heads()
        .get(log.subject())
        .filter(head -> head.sequence() > 0)
        .ifPresentOrElse(this::decide, this::look);
  }

  private void look() {
    if (answer.isDone()) {
      return;
    }
    looked = true;
    actor().head().whenComplete(guard.of((head, thrown) -> step(thrown, () -> seen(head))));
  }

  private void seen(ActorHead head) {
    tools.known().heads().update(actor().subject(), head);
    tools.known().ages().reached(actor().stream().name(), head.sequence());
    ActorHead aimed = aim;
    if (aimed == null || head.sequence() == aimed.sequence()) {
      decide(head);
    } else if (head.sequence() < aimed.sequence()) {
      endsEarlier(head, aimed);
    } else {
      // What stands where we aimed is our own publish, an equal save's, or keeps ours out for ever.
      search(repeats().since(aimed.sequence(), head), () -> decideElsewhere(head));
    }
  }

  /** The actor ends before what was known of it. */
  private void endsEarlier(ActorHead head, ActorHead aimed) {
    Optional<StoreException> lost = actor().lost(aimed.sequence());
    if (lost.isPresent()) {
      fail(lost.get());
      return;
    }
    // A deposed leader's answer, older than what was known before; or what was known is gone from
    // the store, and then the next save must not begin with it.
    tools.known().heads().forget(actor().subject(), aimed);
    tools.known().recent().forget(actor().subject());
    tools.known().ages().forget(actor().stream().name());
    if (actor().isTrimmed(aimed.sequence())) {
      decideElsewhere(head);
    } else {
      again(LONGEST_PAUSE);
    }
  }

  private void decideElsewhere(ActorHead head) {
    gate.lostPublishesAreVoid();
    aim = null;
    decide(head);
  }

  private void decide(ActorHead head) {
    ExpectedVersion expected = save.expected();
    if (expected instanceof ExpectedVersion.Exactly exactly) {
      if (head.version() == exactly.version()) {
        publish(head);
      } else if (!looked) {
        look();
      } else {
        search(repeats().after(head, exactly.version()), () -> conflictUnlessLost(head, exactly));
      }
    } else if (expected instanceof ExpectedVersion.Existing && head.version() == 0) {
      if (looked) {
        conflict(head);
      } else {
        look();
      }
    } else {
      append(head);
    }
  }

  /** Who expects more than is there, in a log that lost records, may know of one of them. */
  private void conflictUnlessLost(ActorHead head, ExpectedVersion.Exactly exactly) {
    Optional<StoreException> lost =
        Long.compareUnsigned(exactly.version(), head.version()) > 0
            ? actor().lostUpTo(head.sequence(), exactly.version())
            : Optional.empty();
    lost.ifPresentOrElse(this::fail, () -> conflict(head));
  }

  private void conflict(ActorHead head) {
    fail(
        save.expected() instanceof ExpectedVersion.Exactly exactly
            ? StoreException.VersionConflict.at(
                save.actor(),
                head.version(),
                exactly.version(),
                Optional.ofNullable(actor).map(log -> log.stream().log().incarnation()))
            : StoreException.VersionConflict.missing(save.actor()));
  }

  /**
   * JetStream takes it after whatever commit is the last, so this must not be its second time. Also
   * a first sending may be: it was held up on its way, or waited here, while its writer repeated it
   * on another connection or node.
   */
  private void append(ActorHead head) {
    if (aim != null) {
      publish(head);
      return;
    }
    RecentCommits.Answer known =
        tools
            .known()
            .recent()
            .ask(actor().subject(), head, save.commitId(), tooOld(), save.retry());
    if (known instanceof RecentCommits.Answer.Not) {
      publish(head);
    } else if (looked) {
      search(repeats().among(head, known), () -> publish(head));
    } else {
      look();
    }
  }

  private long tooOld() {
    return tools.known().ages().tooOld(actor().stream().name());
  }

  private void search(
      CompletableFuture<Optional<DuplicateSearch.Found>> search, Runnable otherwise) {
    search.whenComplete(
        guard.of(
            (found, thrown) ->
                step(thrown, () -> found.ifPresentOrElse(this::answerAgain, otherwise))));
  }

  private void answerAgain(DuplicateSearch.Found found) {
    CommitHeader header = found.header();
    if (!header.digest().equals(save.digest())) {
      // Another save has this one's id, and the place that this one's lost publishes aimed at.
      gate.lostPublishesAreVoid();
      fail(StoreException.commitIdReused(save.commitId()));
      return;
    }
    answer.complete(saved(header, found.sequence(), true));
  }

  private void publish(ActorHead head) {
    long first = head.version() + 1;
    byte[] body =
        CommitCodec.encode(save.namespace(), save.actor(), save.commitId(), first, save.events());
    if (body.length > tools.maxCommitBytes()) {
      fail(StoreException.commitTooLarge(tools.maxCommitBytes(), body.length));
      return;
    }
    CommitHeader header =
        new CommitHeader(
            first,
            first + save.events().size() - 1,
            save.expected().letter(),
            save.digest(),
            head.through(),
            save.commitId().value());
    aim = head;
    if (!gate.publish()) {
      return;
    }
    tools
        .api()
        .publish(
            actor().stream().name(),
            actor().subject(),
            PublishHeaders.expecting(actor().stream().name(), head.sequence(), header),
            body)
        .whenComplete(
            guard.of(
                (sequence, thrown) -> {
                  if (answer.isDone()) {
                    // Too late: the actor's next save is under way by now.
                    return;
                  }
                  if (thrown == null) {
                    stored(head, header, sequence);
                  } else {
                    refused(JetStreamErrors.failure(thrown));
                  }
                }));
  }

  private void stored(ActorHead head, CommitHeader header, long sequence) {
    String subject = actor().subject();
    tools.known().heads().update(subject, ActorHead.after(header, sequence));
    tools.damage().heard(actor().stream(), sequence);
    if (!tools.known().ages().stored(actor().stream().name(), sequence)) {
      tools.known().recent().forgetAll();
    }
    RecentCommits.Seen commit = RecentCommits.Seen.of(header, sequence);
    if (save.expected() instanceof ExpectedVersion.Exactly) {
      tools.known().recent().saw(subject, commit, tooOld());
    } else {
      tools.known().recent().stored(subject, head, commit, tooOld());
    }
    answer.complete(saved(header, sequence, false));
  }

  private void refused(JetStreamFailure failure) {
    lastError = failure.getMessage();
    if (failure.kind() != JetStreamFailure.Kind.NO_ANSWER) {
      gate.publishHadNoEffect();
    }
    if (JetStreamErrors.isWrongSequence(failure)) {
      again(LONGEST_CONTENTION_PAUSE);
    } else if (JetStreamErrors.isStreamGone(failure)) {
      unreachable(failure);
    } else if (gate.isUncertain() || JetStreamErrors.isPassing(failure)) {
      again(LONGEST_PAUSE);
    } else {
      fail(failure);
    }
  }

  private void again(Duration longestPause) {
    later(longestPause, this::look);
  }

  /** Goes on after a pause that grows, and at once the first time. */
  private void later(Duration longestPause, Runnable next) {
    Duration pause = backoff.next(longestPause);
    if (pause.isZero()) {
      next.run();
    } else {
      tools.timers().after(Backoff.jittered(pause), guard.of(next));
    }
  }

  /** Goes on after a read, or tries the read again while there is time. */
  private void step(@Nullable Throwable thrown, Runnable next) {
    if (answer.isDone()) {
      return;
    }
    if (thrown == null) {
      next.run();
    } else if (Exceptions.unwrap(thrown) instanceof StoreException decided) {
      fail(decided);
    } else {
      unreachable(JetStreamErrors.failure(thrown));
    }
  }

  /**
   * Nothing is heard of the stream: is it still the namespace's? Asked of the registry's leader.
   */
  private void unreachable(JetStreamFailure failure) {
    lastError = failure.getMessage();
    if (failure.kind() == JetStreamFailure.Kind.NO_ANSWER) {
      again(LONGEST_PAUSE);
    } else {
      tools
          .namespaces()
          .look(save.namespace())
          .whenComplete(guard.of((found, thrown) -> unreachable(failure, found, thrown)));
    }
  }

  private void unreachable(
      JetStreamFailure failure, Optional<Namespaces.Info> found, @Nullable Throwable thrown) {
    if (answer.isDone()) {
      return;
    }
    boolean same =
        thrown == null
            && found
                .filter(now -> now.incarnation().equals(actor().stream().log().incarnation()))
                .isPresent();
    boolean gone = same && JetStreamErrors.isStreamGone(failure);
    if (gone && streamGoneFor().compareTo(LogDamage.GONE_AFTER) > 0) {
      // An operator's matter.
      fail(tools.damage().gone(actor().stream(), save.actor().value()));
    } else if (same || thrown != null) {
      again(LONGEST_PAUSE);
    } else if (gate.isUncertain()) {
      // It may have been stored and gone with the old incarnation: neither that nor the contrary
      // may be
      // said, and stored in the new one it might have been twice.
      fail(StoreException.storeUnavailable("the namespace was deleted during the save"));
    } else {
      aim = null;
      looked = false;
      streamGoneAt = null;
      later(LONGEST_PAUSE, this::findNamespace);
    }
  }

  /** Since when nobody has the stream, by what this save heard. */
  private Duration streamGoneFor() {
    long now = System.nanoTime();
    long since = streamGoneAt == null ? now : streamGoneAt;
    streamGoneAt = since;
    return Duration.ofNanos(now - since);
  }

  private void fail(Throwable thrown) {
    StoreException refusal = JetStreamErrors.toStoreException(thrown);
    answer.completeExceptionally(
        gate.isUncertain()
            ? StoreException.outcomeUnknown(save.commitId(), refusal.getMessage())
            : refusal);
  }

  /** A fault of this server ends the save, and not silently. */
  private void onFault(Throwable thrown) {
    boolean nothingStored = gate.close() != PublishGate.Verdict.UNCERTAIN;
    answer.completeExceptionally(
        nothingStored
            ? thrown
            : StoreException.outcomeUnknown(save.commitId(), "a bug in the server, see its log"));
  }

  private void onDeadline() {
    answer.completeExceptionally(
        switch (gate.close()) {
          case WAITING ->
              new StoreException.Overloaded(
                  "time spent waiting for earlier saves of the same actor", OVERLOAD_RETRY_AFTER);
          case NOTHING_PUBLISHED -> StoreException.storeUnavailable("JetStream: " + lastError);
          case UNCERTAIN ->
              StoreException.outcomeUnknown(save.commitId(), "JetStream: " + lastError);
        });
  }

  private ActorLog actor() {
    return Objects.requireNonNull(actor, "begun");
  }

  private DuplicateSearch repeats() {
    return new DuplicateSearch(actor(), save, tools.known().recent(), tooOld(), answer::isDone);
  }

  private Saved saved(CommitHeader header, long sequence, boolean replayed) {
    return new Saved(
        header.firstVersion(),
        header.lastVersion(),
        actor().stream().log().partition(),
        sequence,
        replayed,
        new Durability(actor().stream().replicas(), tools.sync()));
  }
}
