package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.SerialLoop;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.store.jetstream.wire.AtomicBatch;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes saves to one log together. nats-server syncs each single publish to disk, but an atomic
 * batch only once, so a batch of saves costs little more than one save. Only the single sync and
 * the single acknowledgement are used: each member has a condition and an outcome of its own.
 *
 * <ul>
 *   <li>While few publishes are in flight, each is sent alone and at once. If more arrive, they
 *       wait for the batch in flight and form the next one. They do not wait for a fixed time; only
 *       if nothing in flight is acknowledged for long, others are sent regardless.
 *   <li>One failed condition makes nats-server refuse a whole batch without saying which one it
 *       was. The batch is then published again in halves, and in the end singly. If it is refused
 *       for another reason, that need not hold for each member, so each is published singly.
 *   <li>If a batch is not acknowledged, the outcome of each member is unknown. {@link
 *       ConditionalWrite} resolves each of them.
 * </ul>
 */
public final class GroupCommit implements Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  /** More in one batch saves little, and lets each member wait longer. */
  static final int MAX_MEMBERS = 256;

  /** The most bytes of bodies in a batch. */
  static final int MAX_BYTES = 1024 * 1024;

  /** A larger commit is sent alone, so that small ones do not wait for it. */
  static final int MAX_MEMBER_BYTES = 64 * 1024;

  /**
   * nats-server runs the batches of a stream one after another. Another one is sent ahead only if
   * it is full: a larger batch costs less than two small ones.
   */
  static final int MAX_BATCHES = 4;

  private final JetStreamApi api;
  private final Timers timers;
  private final Publisher single;
  private final BatchSupport support;
  private final Consumer<String> beforeBatch;
  private final RecentConflicts conflicts = new RecentConflicts();

  /** The logs that have publishes waiting or in flight; so it is bounded by the writes. */
  private final Map<String, Log> logs = new ConcurrentHashMap<>();

  /**
   * @param beforeBatch is called with the stream's name before each batch
   */
  public GroupCommit(JetStreamApi api, Timers timers, Consumer<String> beforeBatch) {
    this.api = api;
    this.timers = timers;
    single = Publisher.single(api);
    support = new BatchSupport(api, timers);
    this.beforeBatch = beforeBatch;
  }

  @Override
  public CompletableFuture<Long> publish(Step.Publish<?> publish, PublishGate gate) {
    if (publish.groupFrom() == GroupCommitThresholds.NEVER
        || publish.body().length > MAX_MEMBER_BYTES
        || !support.isUsable(publish.stream())) {
      return single.publish(publish, gate);
    }
    Member member = new Member(publish, gate, new CompletableFuture<>());
    Log log = logs.compute(publish.stream(), (name, known) -> entered(name, known, publish));
    log.add(member);
    return member.outcome;
  }

  private Log entered(String stream, @Nullable Log known, Step.Publish<?> publish) {
    Log log = known == null ? new Log(stream, publish.groupFrom()) : known;
    log.members++;
    return log;
  }

  private void left(String stream) {
    logs.computeIfPresent(stream, (name, log) -> --log.members == 0 ? null : log);
  }

  /** A publish that waits or is in flight. */
  private record Member(
      Step.Publish<?> publish, PublishGate gate, CompletableFuture<Long> outcome) {}

  /**
   * The publishes to one log. The fields change only in the loop, except {@code members}, which
   * changes only within the map's compute.
   */
  private final class Log {
    private final String stream;
    private final int groupFrom;
    private final SerialLoop loop;
    private final InFlight inFlight;
    private final Deque<Member> waiting = new ArrayDeque<>();

    /** Members of refused batches, which are sent again before others. */
    private final Deque<List<Member>> refused = new ArrayDeque<>();

    /** The most members of a batch. Shrinks when batches are refused. */
    private int limit = MAX_MEMBERS;

    private int members;

    Log(String stream, int groupFrom) {
      this.stream = stream;
      this.groupFrom = groupFrom;
      loop =
          new SerialLoop(
              Runnable::run,
              this::send,
              thrown ->
                  LOG.error(
                      "group commit to {} failed because of a bug in this server", stream, thrown));
      inFlight = new InFlight(timers, loop);
    }

    void add(Member member) {
      boolean alone = member.gate.isUncertain() || conflicts.contains(member.publish.subject());
      if (alone) {
        sendAlone(member);
      } else {
        loop.execute(() -> waiting.add(member));
      }
    }

    private void send() {
      while (inFlight.batches() < MAX_BATCHES && !refused.isEmpty()) {
        sendBatch(open(refused.poll()));
      }
      while (!waiting.isEmpty() && sendFirst()) {
        // sent
      }
      if (!waiting.isEmpty() || !refused.isEmpty()) {
        inFlight.watch();
      }
    }

    /** Sends at least the first of those that wait; false: it must wait longer. */
    private boolean sendFirst() {
      if (inFlight.batches() == 0 && inFlight.singles() + waiting.size() < groupFrom) {
        sendSingle(waiting.poll());
        return true;
      }
      if (mayBatch()) {
        sendBatch(open(nextGroup()));
        return true;
      }
      return false;
    }

    private boolean mayBatch() {
      int enough = inFlight.batches() == 0 ? groupFrom : limit;
      return inFlight.batches() < MAX_BATCHES && waiting.size() >= enough;
    }

    /** Takes those that have waited longest, but only one per subject. */
    private List<Member> nextGroup() {
      List<Member> group = new ArrayList<>();
      Set<String> subjects = new HashSet<>();
      long bytes = 0;
      for (Iterator<Member> each = waiting.iterator(); each.hasNext() && group.size() < limit; ) {
        Member member = each.next();
        bytes += member.publish.body().length;
        if (bytes > MAX_BYTES) {
          break;
        }
        if (subjects.add(member.publish.subject())) {
          group.add(member);
          each.remove();
        }
      }
      return group;
    }

    /** Opens the gates, and drops the members whose deadline has passed. */
    private List<Member> open(List<Member> group) {
      List<Member> open = new ArrayList<>(group.size());
      for (Member member : group) {
        if (member.gate.publish()) {
          open.add(member);
        } else {
          end(member, null, Publisher.tooLate());
        }
      }
      return open;
    }

    private void sendSingle(Member member) {
      Runnable ended = inFlight.single();
      sendAlone(member).whenComplete((sequence, thrown) -> loop.execute(ended));
    }

    private CompletableFuture<Long> sendAlone(Member member) {
      return CatchAll.begin(() -> single.publish(member.publish, member.gate))
          .whenComplete((sequence, thrown) -> end(member, sequence, thrown));
    }

    private void sendBatch(List<Member> group) {
      if (group.isEmpty()) {
        return;
      }
      Runnable ended = inFlight.batch();
      CatchAll.begin(
              () -> {
                beforeBatch.accept(stream);
                return api.publish(AtomicBatch.of(stream, group.stream().map(Log::entry).toList()));
              })
          .whenComplete(
              (first, thrown) -> {
                if (thrown == null) {
                  stored(group, ended, first);
                } else {
                  failed(group, ended, JetStreamErrors.failure(thrown));
                }
              });
    }

    private static AtomicBatch.Entry entry(Member member) {
      return new AtomicBatch.Entry(
          member.publish.subject(), member.publish.headers(), member.publish.body());
    }

    private void stored(List<Member> group, Runnable ended, long first) {
      loop.execute(
          () -> {
            ended.run();
            limit = Math.min(MAX_MEMBERS, limit + 1);
          });
      for (int i = 0; i < group.size(); i++) {
        end(group.get(i), first + i, null);
      }
    }

    /** A batch that was refused had no effect, so its members can be published in another way. */
    private void failed(List<Member> group, Runnable ended, JetStreamFailure why) {
      if (why.kind() != JetStreamFailure.Kind.NO_ANSWER) {
        group.forEach(member -> member.gate.onPublishWithoutEffect());
      }
      if (JetStreamErrors.isBatchDisabled(why)) {
        support.onDisabled(stream);
      }
      boolean isConflict = JetStreamErrors.isWrongSequence(why);
      boolean isAgain =
          JetStreamErrors.isBatchRefused(why)
              || (why.kind() == JetStreamFailure.Kind.REFUSED && group.size() > 1);
      loop.execute(
          () -> {
            ended.run();
            if (isConflict) {
              limit = Math.max(groupFrom, group.size() / 2);
            }
            if (isAgain) {
              sendAgain(group, isConflict);
            }
          });
      if (!isAgain) {
        group.forEach(member -> end(member, null, why));
      }
    }

    /** After a conflict in halves, as long as they are worth a batch; otherwise singly. */
    private void sendAgain(List<Member> group, boolean isConflict) {
      int half = group.size() / 2;
      if (isConflict && half >= groupFrom) {
        refused.add(group.subList(0, half));
        refused.add(group.subList(half, group.size()));
      } else {
        group.forEach(this::sendAlone);
      }
    }

    private void end(Member member, @Nullable Long sequence, @Nullable Throwable thrown) {
      if (thrown == null) {
        member.outcome.complete(sequence);
      } else {
        if (JetStreamErrors.isWrongSequence(JetStreamErrors.failure(thrown))) {
          conflicts.add(member.publish.subject());
        }
        member.outcome.completeExceptionally(thrown);
      }
      left(stream);
    }
  }
}
