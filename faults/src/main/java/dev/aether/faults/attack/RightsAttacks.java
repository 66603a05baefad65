package dev.aether.faults.attack;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.faults.topology.Waiting;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Callers with an identity who reach for what is not theirs. */
final class RightsAttacks {
  private static final String DENIED = "PERMISSION_DENIED: .+";
  private static final Duration CHANGE_WITHIN = Duration.ofSeconds(20);

  private final Target target;
  private final List<Attack> attacks = new ArrayList<>();

  private RightsAttacks(Target target) {
    this.target = target;
  }

  static List<Attack> on(Target target) {
    RightsAttacks made = new RightsAttacks(target);
    made.eachRpc();
    made.patterns();
    made.names();
    made.pagesAndCursors();
    made.openCalls();
    return List.copyOf(made.attacks);
  }

  /** Stores what the attackers are after. */
  static void prepare(Target target) {
    try (Calls calls = Calls.over(target, null)) {
      for (String namespace : List.of("orders.eu", "orders.us", "stock", "bystander")) {
        for (String actor : List.of("order-1", "order-2", "order-3")) {
          var unused =
              EventStoreGrpc.newBlockingStub(calls.withToken(target.token("admin")))
                  .saveEvents(save(namespace, actor));
        }
      }
    }
  }

  static SaveEventsRequest save(String namespace, String actor) {
    return SaveEventsRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(actor)
        .setCommitId(UUID.randomUUID().toString())
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(
            NewEvent.newBuilder().setEventType("Secret").setData(ByteString.copyFromUtf8("{}")))
        .build();
  }

  private void add(String area, String name, String expected, Callable<String> act) {
    attacks.add(new Attack(area, name, expected, act));
  }

  private String as(String caller, Function<Channel, String> use) {
    return Calls.once(target, null, calls -> use.apply(calls.withToken(target.token(caller))));
  }

  /** The namespace stock exists, nothing does not: the answers must be the same. */
  private void eachRpc() {
    for (ServiceDescriptor service :
        List.of(
            EventStoreGrpc.getServiceDescriptor(),
            EventBusGrpc.getServiceDescriptor(),
            NamespacesGrpc.getServiceDescriptor())) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        String name = method.getBareMethodName();
        String expected =
            switch (String.valueOf(name)) {
              // Each save has its own answer.
              case "SaveEventsStream" -> "answered: .*PERMISSION_DENIED.*the same.*";
              case "ListNamespaces" -> "answered, the same for one that does not exist";
              default -> DENIED + "the same for one that does not exist";
            };
        add("rights", name + " on another's namespace", expected, () -> compared(method));
      }
    }
    add(
        "rights",
        "ListNamespaces without any right",
        "answered",
        () ->
            as(
                "nobody",
                channel ->
                    Calls.outcome(
                        channel,
                        NamespacesGrpc.getListNamespacesMethod(),
                        ListNamespacesRequest.getDefaultInstance())));
    add("rights", "reflection without a token", "UNAUTHENTICATED: .+", this::reflection);
  }

  private <Q, R> String compared(MethodDescriptor<Q, R> method) {
    return as(
        "nobody",
        channel -> {
          String there = Calls.outcome(channel, method, Calls.request(method, "stock"));
          String absent = Calls.outcome(channel, method, Calls.request(method, "other"));
          return there.replace("stock", "other").equals(absent)
              ? there + ", the same for one that does not exist"
              : there + ", but for one that does not exist: " + absent;
        });
  }

  private String reflection() {
    return Calls.once(
        target,
        null,
        calls ->
            Calls.outcome(
                calls.with(null),
                ServerReflectionGrpc.getServerReflectionInfoMethod(),
                ServerReflectionRequest.newBuilder().setListServices("").build()));
  }

  /** The caller may read and subscribe to orders.*. */
  private void patterns() {
    for (String tooFar :
        List.of(">", "*", "orders.>", "*.eu", "*.*", "orders.eu.>", "orders.*.*")) {
      add("patterns", "Subscribe to " + tooFar, DENIED, () -> subscribing(tooFar));
      add(
          "patterns",
          "ReadLog of " + tooFar,
          DENIED,
          () ->
              as(
                  "orders",
                  channel ->
                      Calls.outcome(
                          channel,
                          EventStoreGrpc.getReadLogMethod(),
                          ReadLogRequest.newBuilder().setNamespacePattern(tooFar).build())));
    }
    add(
        "patterns",
        "Subscribe to orders.*, for comparison",
        "answered.*",
        () -> subscribing("orders.*"));
  }

  private String subscribing(String pattern) {
    return as(
        "orders",
        channel ->
            Calls.outcome(channel, EventBusGrpc.getSubscribeMethod(), fromBeginning(pattern)));
  }

  private static SubscribeRequest fromBeginning(String pattern) {
    return SubscribeRequest.newBuilder()
        .setNamespacePattern(pattern)
        .setBeginning(Empty.getDefaultInstance())
        .build();
  }

  private void names() {
    for (String name :
        List.of(
            "orders.eu/../stock",
            "orders.eu\u0000",
            "orders..stock",
            "orders.*",
            "orders.>",
            "orders.eu stock",
            "orders.\r\nPUB stock 2",
            "orders.\u202Estock",
            ".orders",
            "$JS.API.STREAM.DELETE.x")) {
      add(
          "names",
          "save to the namespace " + shown(name),
          "PERMISSION_DENIED: .+|INVALID_ARGUMENT: .+",
          () ->
              as(
                  "orders",
                  channel ->
                      Calls.outcome(
                          channel, EventStoreGrpc.getSaveEventsMethod(), save(name, "a"))));
    }
    for (String actor :
        List.of(
            ">", "*", "order.>", "order-1.x", "../order-1", "a b\r\nPUB x 2", "\u0000", "$JS")) {
      add(
          "names",
          "save and read the actor " + shown(actor),
          "stored as an actor of its own|INVALID_ARGUMENT: .+",
          () -> as("orders", channel -> isolated(channel, actor)));
    }
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (c < 0x20 || c > 0x7e) {
                shown.append(String.format(java.util.Locale.ROOT, "\\u%04x", c));
              } else {
                shown.append((char) c);
              }
            });
    return shown.toString();
  }

  /** Whether an actor with such a name has nothing but its own events. */
  private static String isolated(Channel channel, String actor) {
    String saved =
        Calls.outcome(channel, EventStoreGrpc.getSaveEventsMethod(), save("orders.eu", actor));
    if (!saved.startsWith("answered")) {
      return saved;
    }
    int[] events = {0};
    EventStoreGrpc.newBlockingStub(channel)
        .getEvents(
            GetEventsRequest.newBuilder().setNamespace("orders.eu").setActorId(actor).build())
        .forEachRemaining(
            page ->
                events[0] +=
                    (int)
                        page.getEventsList().stream()
                            .filter(event -> event.getActorId().equals(actor))
                            .count());
    long version =
        EventStoreGrpc.newBlockingStub(channel)
            .getLatestVersion(
                GetLatestVersionRequest.newBuilder()
                    .setNamespace("orders.eu")
                    .setActorId(actor)
                    .build())
            .getVersion();
    return events[0] == version && version == 1
        ? "stored as an actor of its own"
        : "it has " + events[0] + " events at version " + version;
  }

  private void pagesAndCursors() {
    add(
        "tokens of pages",
        "the page token of another caller's namespace, used there",
        DENIED,
        () -> as("orders", channel -> page(channel, "stock", adminsPage())));
    add(
        "tokens of pages",
        "the same token, used on the caller's own namespace",
        "INVALID_ARGUMENT: .+",
        () -> as("orders", channel -> page(channel, "orders.eu", adminsPage())));
    add(
        "tokens of pages",
        "the cursor of a subscription to >, used for orders.*",
        "only events of orders.*|INVALID_ARGUMENT: .+|FAILED_PRECONDITION: .+|NOT_FOUND: .+",
        () -> as("orders", channel -> resumed(channel, "orders.*", adminsCursor())));
    add(
        "tokens of pages",
        "the same cursor, used for >",
        DENIED,
        () -> as("orders", channel -> resumed(channel, ">", adminsCursor())));
    add(
        "tokens of pages",
        "a cursor with one byte changed",
        "INVALID_ARGUMENT: .+|FAILED_PRECONDITION: .+|NOT_FOUND: .+",
        () ->
            as(
                "orders",
                channel -> {
                  String cursor = adminsCursor();
                  char middle = cursor.charAt(cursor.length() / 2);
                  return resumed(
                      channel,
                      "orders.*",
                      cursor.substring(0, cursor.length() / 2)
                          + (middle == 'A' ? 'B' : 'A')
                          + cursor.substring(cursor.length() / 2 + 1));
                }));
  }

  private String adminsPage() {
    return as(
        "admin",
        channel ->
            EventStoreGrpc.newBlockingStub(channel)
                .listActors(
                    ListActorsRequest.newBuilder().setNamespace("stock").setPageSize(1).build())
                .getNextPageToken());
  }

  private static String page(Channel channel, String namespace, String token) {
    return Calls.outcome(
        channel,
        EventStoreGrpc.getListActorsMethod(),
        ListActorsRequest.newBuilder()
            .setNamespace(namespace)
            .setPageSize(1)
            .setPageToken(token)
            .build());
  }

  private String adminsCursor() {
    return as(
        "admin",
        channel -> {
          Iterator<SubscribeResponse> frames =
              EventBusGrpc.newBlockingStub(channel).subscribe(fromBeginning(">"));
          return frames.next().getStarted().getCursor();
        });
  }

  /** Reads until the subscription has caught up. */
  private static String resumed(Channel channel, String pattern, String cursor) {
    return Calls.outcome(
            () -> {
              Iterator<SubscribeResponse> frames =
                  EventBusGrpc.newBlockingStub(channel)
                      .subscribe(
                          SubscribeRequest.newBuilder()
                              .setNamespacePattern(pattern)
                              .setCursor(cursor)
                              .build());
              while (frames.hasNext()) {
                SubscribeResponse frame = frames.next();
                boolean foreign =
                    frame.getEvents().getCommitsList().stream()
                        .anyMatch(at -> !at.getCommit().getNamespace().startsWith("orders."));
                if (foreign) {
                  return "events of another namespace";
                }
                if (frame.hasCaughtUp()) {
                  return "only events of orders.*";
                }
              }
              return "the end";
            })
        .replace("answered: ", "");
  }

  private void openCalls() {
    add(
        "open calls",
        "a subscription whose right is withdrawn",
        "PERMISSION_DENIED: .+ after \\d s",
        () -> {
          change(() -> target.writePolicy("token:leaver orders.> subscribe"), "leaver");
          return as("leaver", channel -> ended(channel, target::writePolicy));
        });
    add(
        "open calls",
        "a subscription whose token is withdrawn",
        "UNAUTHENTICATED: .+ after \\d s",
        () -> {
          change(() -> target.writePolicy("token:leaver orders.> subscribe"), "leaver");
          return as("leaver", channel -> ended(channel, () -> target.withdrawToken("leaver")));
        });
    add(
        "open calls",
        "a subscription whose JWT expires (60 s of clock skew, and 1 s)",
        "UNAUTHENTICATED: .+ after \\d s",
        () -> {
          String token = TokenAttacks.expiringIn(target, 5 - 60);
          return Calls.once(
              target,
              null,
              calls -> ended(calls.withToken(token), () -> Waiting.pause(Duration.ofSeconds(5))));
        });
  }

  /** Makes a change and waits until the caller may subscribe to orders.*. */
  private void change(Runnable change, String caller) {
    change.run();
    if (!Waiting.within(
        CHANGE_WITHIN,
        () ->
            as(
                    caller,
                    channel ->
                        Calls.outcome(
                            channel, EventBusGrpc.getSubscribeMethod(), fromBeginning("orders.*")))
                .startsWith("answered"))) {
      throw new IllegalStateException("the new policy was not in force in time");
    }
  }

  /** How a subscription ends after a change, and how many seconds later. */
  private static String ended(Channel channel, Runnable change) {
    Iterator<SubscribeResponse> frames =
        EventBusGrpc.newBlockingStub(channel).subscribe(fromBeginning("orders.*"));
    var unused = frames.next();
    change.run();
    long changed = System.nanoTime();
    try {
      while (frames.hasNext()) {
        unused = frames.next();
      }
      return "the end";
    } catch (StatusRuntimeException e) {
      return Calls.text(e.getStatus())
          + " after "
          + Duration.ofNanos(System.nanoTime() - changed).toSeconds()
          + " s";
    }
  }
}
