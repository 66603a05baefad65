package dev.aether.server.store.jetstream.save;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.SaveTrace;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.cache.RecentCommits;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.Step;
import dev.aether.server.store.jetstream.write.WritePolicy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One save: after which head of its actor it may be stored, and the response to a duplicate. */
final class SavePolicy implements WritePolicy<ActorLog, ActorHead, Saved> {
  private final SaveContext context;
  private final Save save;

  SavePolicy(SaveContext context, Save save) {
    this.context = context;
    this.save = save;
  }

  @Override
  public String name() {
    return "save " + save.commitId().value() + " of actor " + save.actor();
  }

  @Override
  public SaveTrace trace() {
    return save.trace();
  }

  @Override
  public Optional<StoreException> withdrawn() {
    return save.order().isBroken() ? Optional.of(SaveOrder.refusal()) : Optional.empty();
  }

  @Override
  public void onFailure(Throwable why) {
    save.order().failed(save.expected(), why);
  }

  /**
   * A save that expects a version creates no namespace: without a namespace there is no history.
   */
  @Override
  public CompletableFuture<SubjectSearch<ActorLog, Saved>> findSubject() {
    return save.expected().buildsOnHistory()
        ? context
            .namespaces()
            .find(save.namespace())
            .thenApply(
                found ->
                    found
                        .map(this::subjectIn)
                        .orElseGet(
                            () ->
                                new SubjectSearch.Missing<>(
                                    conflict(ActorHead.NONE, Optional.empty()))))
        : context.namespaces().findOrCreate(save.namespace()).thenApply(this::subjectIn);
  }

  private SubjectSearch<ActorLog, Saved> subjectIn(Namespaces.Info namespace) {
    try {
      return new SubjectSearch.Found<>(context.actors().of(namespace, save.actor()));
    } catch (StoreException e) {
      return new SubjectSearch.Missing<>(new Step.Refuse<>(e));
    }
  }

  @Override
  public CompletableFuture<Boolean> isCurrent(ActorLog actor) {
    return context
        .namespaces()
        .look(save.namespace())
        .thenApply(now -> now.map(Namespaces.Info::incarnation).equals(incarnation(actor)));
  }

  private static Optional<String> incarnation(ActorLog actor) {
    return Optional.of(actor.stream().log().incarnation());
  }

  @Override
  public Optional<StoreException> streamLost(ActorLog actor) {
    return Optional.of(context.actors().damage().lost(actor.stream(), save.actor().value()));
  }

  /**
   * A remembered head without commits is always verified: otherwise the actor might start again at
   * version 1 in a damaged log.
   */
  @Override
  public Optional<ActorHead> knownHead(ActorLog actor) {
    return context.known().heads().get(actor.subject()).filter(head -> head.sequence() > 0);
  }

  @Override
  public CompletableFuture<ActorHead> readHead(ActorLog actor) {
    return actor.head();
  }

  @Override
  public void onHead(ActorLog actor, ActorHead head) {
    context.known().heads().update(actor.subject(), head);
    context.known().ages().reached(actor.stream().name(), head.sequence());
  }

  @Override
  public long sequence(ActorHead head) {
    return head.sequence();
  }

  @Override
  public Step<Saved> decide(ActorLog actor, ActorHead head, boolean isFromLeader, boolean isAgain) {
    ExpectedVersion expected = save.expected();
    if (expected instanceof ExpectedVersion.Exactly exactly) {
      if (head.version() == exactly.version()) {
        return publish(actor, head);
      }
      return isFromLeader
          ? unlessDuplicate(
              actor,
              duplicates(actor).after(head, exactly.version()),
              () -> conflictUnlessLost(actor, head, exactly))
          : new Step.ReadHead<>();
    }
    if (expected instanceof ExpectedVersion.Existing && head.version() == 0) {
      return isFromLeader ? conflict(head, incarnation(actor)) : new Step.ReadHead<>();
    }
    return isAgain ? publish(actor, head) : append(actor, head, isFromLeader);
  }

  /**
   * JetStream stores this save after any last commit, so it must not be a duplicate. Even the first
   * request may be one: it was delayed in transit or waited here while the client repeated it on
   * another connection or node.
   */
  private Step<Saved> append(ActorLog actor, ActorHead head, boolean isFromLeader) {
    RecentCommits.Answer known =
        context
            .known()
            .recent()
            .ask(actor.subject(), head, save.commitId(), tooOld(actor), save.retry());
    if (known instanceof RecentCommits.Answer.NotStored) {
      return publish(actor, head);
    }
    return isFromLeader
        ? unlessDuplicate(actor, duplicates(actor).among(head, known), () -> publish(actor, head))
        : new Step.ReadHead<>();
  }

  @Override
  public Step<Saved> overtaken(
      ActorLog actor, ActorHead head, long publishedBehind, boolean isUncertain) {
    return unlessDuplicate(
        actor,
        duplicates(actor).since(publishedBehind, head),
        () -> new Step.LostRace<>(decide(actor, head, true, false)));
  }

  @Override
  public Step<Saved> fallenBehind(ActorLog actor, ActorHead head, long publishedBehind) {
    Optional<StoreException> lost = actor.damage().lost(publishedBehind);
    if (lost.isPresent()) {
      return new Step.Refuse<>(lost.get());
    }
    // Either a deposed leader responded, or the store has lost the known head. The next save must
    // not start with that head.
    context.known().forgetActor(actor.stream().name(), actor.subject(), publishedBehind);
    return actor.damage().isTrimmed(publishedBehind)
        ? new Step.LostRace<>(decide(actor, head, true, false))
        : WritePolicy.super.fallenBehind(actor, head, publishedBehind);
  }

  private long tooOld(ActorLog actor) {
    return context.known().ages().tooOld(actor.stream().name());
  }

  private DuplicateSearch duplicates(ActorLog actor) {
    return new DuplicateSearch(actor, save, context.known().recent(), tooOld(actor));
  }

  private Step<Saved> unlessDuplicate(
      ActorLog actor,
      CompletableFuture<Optional<DuplicateSearch.Found>> search,
      Supplier<Step<Saved>> otherwise) {
    return new Step.Ask<>(
        search.thenApply(
            found -> found.map(ours -> answerAgain(actor, ours)).orElseGet(otherwise)));
  }

  private Step<Saved> answerAgain(ActorLog actor, DuplicateSearch.Found found) {
    return found.header().digest().equals(save.digest())
        ? new Step.Done<>(saved(actor, found.header(), found.sequence(), true))
        : new Step.LostRace<>(new Step.Refuse<>(StoreException.commitIdReused(save.commitId())));
  }

  /** If the log has lost records, an expected version above the head may be one of them. */
  private Step<Saved> conflictUnlessLost(
      ActorLog actor, ActorHead head, ExpectedVersion.Exactly exactly) {
    Optional<StoreException> lost =
        Long.compareUnsigned(exactly.version(), head.version()) > 0
            ? actor.damage().lostUpTo(head.sequence(), exactly.version())
            : Optional.empty();
    return lost.<Step<Saved>>map(Step.Refuse::new)
        .orElseGet(() -> conflict(head, incarnation(actor)));
  }

  private Step<Saved> conflict(ActorHead head, Optional<String> incarnation) {
    return new Step.Refuse<>(
        save.expected() instanceof ExpectedVersion.Exactly exactly
            ? StoreException.VersionConflict.at(
                save.actor(), head.version(), exactly.version(), incarnation)
            : StoreException.VersionConflict.missing(save.actor()));
  }

  private Step<Saved> publish(ActorLog actor, ActorHead head) {
    long first = head.version() + 1;
    byte[] body =
        CommitCodec.encode(save.namespace(), save.actor(), save.commitId(), first, save.events());
    if (body.length > context.maxCommitBytes()) {
      return new Step.Refuse<>(
          StoreException.commitTooLarge(context.maxCommitBytes(), body.length));
    }
    CommitHeader header =
        new CommitHeader(
            first,
            first + save.events().size() - 1,
            save.expected().letter(),
            save.digest(),
            head.through(),
            save.commitId().value());
    String stream = actor.stream().name();
    return new Step.Publish<>(
        stream,
        actor.subject(),
        head.sequence(),
        PublishHeaders.expecting(stream, head.sequence(), header),
        body,
        context.groupCommit().of(actor.stream().replicas(), context.sync()),
        false,
        sequence -> stored(actor, head, header, sequence, body.length));
  }

  private Saved stored(
      ActorLog actor, ActorHead head, CommitHeader header, long sequence, int bytes) {
    LogStream stream = actor.stream();
    context.actors().damage().seen(stream, sequence);
    boolean isExact = save.expected() instanceof ExpectedVersion.Exactly;
    context.known().stored(stream.name(), actor.subject(), head, header, sequence, bytes, isExact);
    return saved(actor, header, sequence, false);
  }

  private Saved saved(ActorLog actor, CommitHeader header, long sequence, boolean isReplay) {
    return new Saved(
        header.firstVersion(),
        header.lastVersion(),
        actor.stream().log().partition(),
        sequence,
        isReplay,
        new Durability(actor.stream().replicas(), context.sync()));
  }

  @Override
  public Throwable failure(Throwable why, boolean isUncertain) {
    StoreException refusal = JetStreamErrors.toStoreException(why);
    return isUncertain
        ? StoreException.outcomeUnknown(save.commitId(), refusal.getMessage())
        : refusal;
  }
}
