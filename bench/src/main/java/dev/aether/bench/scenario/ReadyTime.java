package dev.aether.bench.scenario;

import dev.aether.bench.process.EmbeddedStart;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Scenario h: the time from the start of {@code aether serve --data DIR} until it reports that it
 * is ready.
 */
public final class ReadyTime implements Scenario {
  private static final double AT_MOST_S = 1;
  private static final String FIGURE = "s until ready";
  private static final String FRESH = "embedded, new folder";
  private static final String AGAIN = "embedded, again";

  @Override
  public String id() {
    return "h";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    Path known = Files.createTempDirectory(rig.folder(), "data-");
    EmbeddedStart.seconds(rig, known);
    Rounds rounds =
        Rounds.runCold(
            scale.rounds(),
            List.of(FRESH, AGAIN),
            name -> name,
            (name, time) -> {
              Path data =
                  name.equals(FRESH) ? Files.createTempDirectory(rig.folder(), "data-") : known;
              return Map.of(FIGURE, EmbeddedStart.seconds(rig, data));
            });
    return new Outcome(
        id(),
        "aether serve --data DIR, from its start until it is ready",
        rounds.all(),
        List.of(
            Target.atMost(AT_MOST_S, rounds.of(FRESH, FIGURE)),
            Target.atMost(AT_MOST_S, rounds.of(AGAIN, FIGURE))));
  }
}
