package dev.aether.server.grpc.subscriptions;

import com.google.protobuf.Timestamp;
import dev.aether.server.bus.EventFilter;
import dev.aether.server.bus.SubscribeCommand;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.TextRule;
import dev.aether.server.grpc.limits.CallPermits;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.v1.Detail;
import dev.aether.v1.Filter;
import dev.aether.v1.PartitionPositions;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SubscribeRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Validates requests to subscribe or to read logs and turns them into commands. */
public final class SubscribeMapper {
  private static final TextRule EVENT_TYPE = TextRule.required(Limits.EVENT_TYPE_BYTES);

  /** The last second of the year 9999, protobuf's upper bound. */
  private static final long MAX_SECONDS = 253_402_300_799L;

  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private SubscribeMapper() {}

  /**
   * Checks everything except the cursor.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  public static void check(SubscribeRequest request) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespacePattern(request.getNamespacePattern(), violations);
    if (request.getStartCase() == SubscribeRequest.StartCase.START_NOT_SET) {
      violations.add("start", "is not set: set live, beginning or cursor");
    }
    if (request.getDetail() == Detail.UNRECOGNIZED) {
      violations.add("detail", "is not a known value");
    }
    checkAfter(request, violations);
    checkFilter(request.getFilter(), violations);
    violations.check();
  }

  /** Checks everything except the cursor. */
  public static void check(ReadLogRequest request) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespacePattern(request.getNamespacePattern(), violations);
    checkFilter(request.getFilter(), violations);
    violations.check();
  }

  /**
   * Reads like a subscription that ends at the last commit.
   *
   * @throws dev.aether.server.event.StoreException.Overloaded if the call may not have a cursor of
   *     this size
   */
  public static SubscribeCommand command(
      ReadLogRequest request, NamePattern namespaces, CursorCodec cursors, CallPermits permits) {
    SubscribeCommand.Start start =
        request.getCursor().isEmpty()
            ? new SubscribeCommand.Start.Beginning()
            : new SubscribeCommand.Start.After(
                cursors.decode(request.getCursor(), permits::admitCursor), Map.of());
    return new SubscribeCommand(
        namespaces, start, filter(request.getFilter()), request.getReportCorrupt(), false);
  }

  private static void checkAfter(SubscribeRequest request, FieldViolations violations) {
    if (request.getAfterCount() > 0
        && request.getStartCase() != SubscribeRequest.StartCase.CURSOR) {
      violations.add("after", "is allowed only with cursor");
    }
    request
        .getAfterMap()
        .forEach(
            (namespace, positions) -> {
              violations.add("after", Namespace.violation(namespace));
              if (positions.getPositionsMap().values().stream().anyMatch(at -> at < 0)) {
                violations.add("after", "contains a position above 2^63 - 1");
              }
              if (!positions.getStoredAtMap().values().stream().allMatch(SubscribeMapper::isTime)) {
                violations.add("after", "contains an invalid stored_at");
              }
            });
  }

  private static Map<Namespace, Map<Integer, Mark>> handled(Map<String, PartitionPositions> after) {
    Map<Namespace, Map<Integer, Mark>> handled = new HashMap<>();
    after.forEach(
        (namespace, positions) -> handled.put(new Namespace(namespace), handled(positions)));
    return handled;
  }

  private static long elements(Map<String, PartitionPositions> after) {
    return after.values().stream()
        .mapToLong(in -> 1L + in.getPositionsCount() + in.getStoredAtCount())
        .sum();
  }

  private static boolean isTime(Timestamp time) {
    return time.getSeconds() >= 0
        && time.getSeconds() <= MAX_SECONDS
        && time.getNanos() >= 0
        && time.getNanos() < NANOS_PER_SECOND;
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static Map<Integer, Mark> handled(PartitionPositions positions) {
    Map<Integer, Mark> handled = new HashMap<>();
    positions
        .getPositionsMap()
        .forEach(
            (partition, position) ->
                handled.put(
                    partition,
                    positions.containsStoredAt(partition)
                        ? Mark.of(position, instant(positions.getStoredAtOrThrow(partition)))
                        : Mark.at(position)));
    return handled;
  }

  private static void checkFilter(Filter filter, FieldViolations violations) {
    if (filter.getEventTypesCount() > Limits.FILTER_TYPES) {
      violations.add("filter.event_types", "has more than " + Limits.FILTER_TYPES + " elements");
    }
    List<String> types = filter.getEventTypesList();
    for (int i = 0; i < types.size(); i++) {
      violations.add("filter.event_types[" + i + "]", EVENT_TYPE.violation(types.get(i)));
    }
    if (!filter.getActorPattern().isEmpty()) {
      violations.add("filter.actor_pattern", NamePattern.violation(filter.getActorPattern()));
    }
  }

  static EventFilter filter(Filter filter) {
    return new EventFilter(
        Set.copyOf(filter.getEventTypesList()),
        filter.getActorPattern().isEmpty()
            ? Optional.empty()
            : Optional.of(NamePattern.of(filter.getActorPattern())));
  }

  /**
   * @throws dev.aether.server.event.StoreException.Overloaded if the call may not have a cursor of
   *     this size
   */
  public static SubscribeCommand command(
      SubscribeRequest request, NamePattern namespaces, CursorCodec cursors, CallPermits permits) {
    SubscribeCommand.Start start =
        switch (request.getStartCase()) {
          case LIVE -> new SubscribeCommand.Start.Live();
          case BEGINNING, START_NOT_SET -> new SubscribeCommand.Start.Beginning();
          case CURSOR -> {
            permits.admitCursor(elements(request.getAfterMap()));
            yield new SubscribeCommand.Start.After(
                cursors.decode(request.getCursor(), permits::admitCursor),
                handled(request.getAfterMap()));
          }
        };
    return new SubscribeCommand(
        namespaces,
        start,
        filter(request.getFilter()),
        request.getReportCorrupt(),
        request.getIncludeBroadcasts());
  }
}
