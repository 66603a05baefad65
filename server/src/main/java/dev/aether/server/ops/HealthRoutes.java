package dev.aether.server.ops;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The pages for orchestrators: {@code /healthz} reports that the process is alive, {@code /readyz}
 * whether it can serve, and {@code /readyz/saves} whether it also accepts saves. The last two give
 * the reasons as text, or as JSON if the request has {@code format=json} or accepts it.
 */
public final class HealthRoutes {
  private static final String OK = "ok";

  private final Conditions conditions;
  private final boolean notReadyWhenFull;
  private final Supplier<List<String>> damage;

  private HealthRoutes(
      Conditions conditions, boolean notReadyWhenFull, Supplier<List<String>> damage) {
    this.conditions = conditions;
    this.notReadyWhenFull = notReadyWhenFull;
    this.damage = damage;
  }

  /**
   * Returns the pages.
   *
   * @param notReadyWhenFull whether a node that only refuses saves is not ready
   * @param damage what the store has lost, as text for people; the node serves nevertheless
   */
  public static List<Route> of(
      Conditions conditions, boolean notReadyWhenFull, Supplier<List<String>> damage) {
    HealthRoutes pages = new HealthRoutes(conditions, notReadyWhenFull, damage);
    return List.of(
        Route.probe("/healthz", question -> HttpAnswer.text(200, OK)),
        Route.probe("/readyz", pages::ready),
        Route.probe("/readyz/saves", pages::takesSaves));
  }

  private HttpAnswer ready(HttpQuestion question) {
    Optional<String> why = conditions.why(Condition.UNREACHABLE);
    if (notReadyWhenFull) {
      why = why.or(() -> conditions.why(Condition.STORE_FULL));
    }
    String well =
        conditions
            .why(Condition.STORE_FULL)
            .map(full -> "ok, but saves are refused: " + full)
            .orElse(OK);
    return answer(question, why, well);
  }

  private HttpAnswer takesSaves(HttpQuestion question) {
    Optional<String> why =
        Stream.of(Condition.UNREACHABLE, Condition.STORE_FULL, Condition.SAVES_FAIL)
            .flatMap(condition -> conditions.why(condition).stream())
            .findFirst();
    return answer(question, why, OK);
  }

  private HttpAnswer answer(HttpQuestion question, Optional<String> trouble, String well) {
    int status = trouble.isEmpty() ? 200 : 503;
    boolean json =
        question.parameter("format").filter("json"::equals).isPresent()
            || question.header("Accept").filter(type -> type.contains("json")).isPresent();
    return json
        ? HttpAnswer.json(status, json(trouble) + "\n")
        : HttpAnswer.text(status, trouble.orElseGet(() -> lines(well)));
  }

  /** What is wrong otherwise is on further lines. */
  private String lines(String first) {
    List<String> lines = new ArrayList<>(List.of(first));
    for (Conditions.Present present : conditions.present()) {
      Condition condition = present.condition();
      if (condition != Condition.STORE_FULL && condition != Condition.DAMAGED) {
        lines.add(condition.label() + ": " + present.why());
      }
    }
    damage.get().forEach(line -> lines.add("damaged: " + line));
    return String.join("\n", lines);
  }

  private String json(Optional<String> trouble) {
    JsonObject document = new JsonObject();
    document.addProperty("ready", trouble.isEmpty());
    trouble.ifPresent(why -> document.addProperty("why", why));
    JsonArray all = new JsonArray();
    for (Conditions.Present present : conditions.present()) {
      JsonObject one = new JsonObject();
      one.addProperty("condition", present.condition().label());
      one.addProperty("why", present.why());
      one.addProperty("seconds", present.since().toSeconds());
      all.add(one);
    }
    document.add("conditions", all);
    JsonArray lost = new JsonArray();
    damage.get().forEach(lost::add);
    document.add("damage", lost);
    return document.toString();
  }
}
