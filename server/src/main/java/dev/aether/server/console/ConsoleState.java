package dev.aether.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.aether.server.bus.EventBus;
import dev.aether.server.bus.SubscriptionInfo;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.ops.Condition;
import dev.aether.server.ops.Conditions;
import dev.aether.server.ops.HttpAnswer;
import dev.aether.server.ops.HttpCaller;
import dev.aether.server.ops.HttpQuestion;
import dev.aether.server.ops.Route;
import dev.aether.server.security.Right;
import dev.aether.server.store.NamespaceSize;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a node and its store do at the moment. Thread-safe. */
final class ConsoleState {
  private static final String ALL = ">";

  /** Of these, the sizes are asked for; more would take the time of the store. */
  private static final int NAMESPACES = 200;

  private static final int SUBSCRIPTIONS = 500;
  private static final int ACTORS = 50;

  private final String nodeId;
  private final String version;
  private final Store store;
  private final EventBus bus;
  private final ConflictCounts conflicts;
  private final Conditions conditions;
  private final long began = System.nanoTime();

  ConsoleState(
      String nodeId,
      String version,
      Store store,
      EventBus bus,
      ConflictCounts conflicts,
      Conditions conditions) {
    this.nodeId = nodeId;
    this.version = version;
    this.store = store;
    this.bus = bus;
    this.conflicts = conflicts;
    this.conditions = conditions;
  }

  List<Route> routes() {
    return List.of(
        Route.forIdentity("/api/node", this::node),
        Route.forIdentity("/api/namespaces", this::namespaces),
        Route.forIdentity("/api/conflicts", this::conflicts),
        Route.forIdentity("/api/subscriptions", this::subscriptions));
  }

  private HttpAnswer node(HttpQuestion question) {
    boolean monitors = question.caller().allows(Right.MONITOR, ALL);
    JsonObject node = new JsonObject();
    node.addProperty("node", nodeId);
    node.addProperty("version", version);
    node.addProperty(
        "uptimeSeconds", Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0);
    JsonArray present = new JsonArray();
    for (Conditions.Present now : conditions.present()) {
      // The findings are listed below, for callers with the right monitor.
      if (now.condition() != Condition.DAMAGED) {
        present.add(condition(now));
      }
    }
    node.add("conditions", present);
    JsonArray damage = new JsonArray();
    if (monitors) {
      List<SubscriptionInfo> subscriptions = bus.subscriptions();
      store.damage().forEach(damage::add);
      node.addProperty("conflicts", conflicts.total());
      node.addProperty("subscriptions", subscriptions.size());
      node.addProperty(
          "behind", subscriptions.stream().mapToLong(SubscriptionInfo::behind).max().orElse(0));
    }
    node.add("damage", damage);
    return HttpAnswer.json(200, node.toString());
  }

  private static JsonObject condition(Conditions.Present present) {
    JsonObject json = new JsonObject();
    json.addProperty("condition", present.condition().label());
    json.addProperty("text", present.condition().title() + ": " + present.why());
    json.addProperty("isError", present.condition().isError());
    json.addProperty("seconds", present.since().toSeconds());
    return json;
  }

  /** The namespaces that the caller may see, and how large those are that it may read. */
  private HttpAnswer namespaces(HttpQuestion question) {
    HttpCaller caller = question.caller();
    List<Namespaces.Info> seen =
        ConsoleReads.await(store.namespaces().list(NamePattern.of(ALL))).stream()
            .filter(info -> caller.sees(info.namespace().name()))
            .sorted(Comparator.comparing(info -> info.namespace().name()))
            .toList();
    JsonArray namespaces = new JsonArray();
    List<CompletableFuture<Optional<NamespaceSize>>> sizes =
        seen.stream()
            .limit(NAMESPACES)
            .map(
                info ->
                    caller.allows(Right.READ, info.namespace().name())
                        ? size(info)
                        : CompletableFuture.completedFuture(Optional.<NamespaceSize>empty()))
            .toList();
    for (int i = 0; i < sizes.size(); i++) {
      JsonObject json = json(seen.get(i));
      ConsoleReads.await(sizes.get(i))
          .ifPresent(
              size -> {
                json.addProperty("commits", Long.toString(size.commits()));
                json.addProperty("bytes", size.bytes());
              });
      namespaces.add(json);
    }
    JsonObject answer = new JsonObject();
    answer.add("namespaces", namespaces);
    answer.addProperty("total", seen.size());
    answer.addProperty("seconds", System.nanoTime() / 1e9);
    return HttpAnswer.json(200, answer.toString());
  }

  private static JsonObject json(Namespaces.Info info) {
    JsonObject json = new JsonObject();
    json.addProperty("namespace", info.namespace().name());
    json.addProperty("replicas", info.replicas());
    json.addProperty("maxBytes", info.maxBytes());
    json.addProperty("createdAt", info.createdAt().toString());
    return json;
  }

  /** Empty if the store does not answer. */
  private CompletableFuture<Optional<NamespaceSize>> size(Namespaces.Info info) {
    return NamespaceSize.of(info, store.log())
        .thenApply(Optional::of)
        .exceptionally(
            thrown -> {
              if (thrown.getCause() instanceof StoreException) {
                return Optional.empty();
              }
              throw new IllegalStateException(thrown);
            });
  }

  private HttpAnswer conflicts(HttpQuestion question) {
    question.caller().require(Right.MONITOR, ALL);
    JsonArray actors = new JsonArray();
    for (ConflictCounts.Count count : conflicts.most(ACTORS)) {
      JsonObject json = new JsonObject();
      json.addProperty("namespace", count.actor().namespace());
      json.addProperty("actorId", count.actor().id());
      json.addProperty("conflicts", count.conflicts());
      json.addProperty("over", count.over());
      actors.add(json);
    }
    JsonObject answer = new JsonObject();
    answer.add("actors", actors);
    return HttpAnswer.json(200, answer.toString());
  }

  private HttpAnswer subscriptions(HttpQuestion question) {
    question.caller().require(Right.MONITOR, ALL);
    List<SubscriptionInfo> open = bus.subscriptions();
    JsonArray shown = new JsonArray();
    open.stream()
        .sorted(Comparator.comparingLong(SubscriptionInfo::behind).reversed())
        .limit(SUBSCRIPTIONS)
        .forEach(info -> shown.add(json(info)));
    JsonObject answer = new JsonObject();
    answer.add("subscriptions", shown);
    answer.addProperty("total", open.size());
    return HttpAnswer.json(200, answer.toString());
  }

  private static JsonObject json(SubscriptionInfo info) {
    JsonObject json = new JsonObject();
    JsonArray types = new JsonArray();
    info.filter().types().stream().sorted().forEach(types::add);
    json.addProperty("pattern", info.namespaces().text());
    json.add("types", types);
    info.filter().actors().ifPresent(actors -> json.addProperty("actors", actors.text()));
    json.addProperty("subscriber", info.subscriber());
    json.addProperty("behind", info.behind());
    json.addProperty("state", info.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    json.addProperty("seconds", info.openFor().toSeconds());
    return json;
  }
}
