package dev.aether.server.ops;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The pages for orchestrators: {@code /healthz} reports that the process is alive, {@code /readyz}
 * whether it can serve, and {@code /readyz/saves} whether it also accepts saves.
 */
public final class HealthRoutes {
  private static final String OK = "ok";

  private HealthRoutes() {}

  /**
   * Returns the pages.
   *
   * @param outage why the node cannot serve; empty if it can
   * @param saveOutage why it refuses saves although it serves; empty if it accepts them
   * @param damage what the store has lost, as text for people; the node serves nevertheless
   */
  public static List<Route> of(
      Supplier<Optional<String>> outage,
      Supplier<Optional<String>> saveOutage,
      Supplier<List<String>> damage) {
    return List.of(
        Route.probe("/healthz", question -> answer(Optional.empty(), OK)),
        Route.probe(
            "/readyz",
            question ->
                answer(
                    outage.get(),
                    saveOutage.get().map(why -> "ok, but saves are refused: " + why).orElse(OK)
                        + lines(damage.get()))),
        Route.probe("/readyz/saves", question -> answer(outage.get().or(saveOutage), OK)));
  }

  private static String lines(List<String> damage) {
    return damage.stream().map(line -> "\ndamaged: " + line).collect(Collectors.joining());
  }

  private static HttpAnswer answer(Optional<String> trouble, String well) {
    return HttpAnswer.text(trouble.isEmpty() ? 200 : 503, trouble.orElse(well));
  }
}
