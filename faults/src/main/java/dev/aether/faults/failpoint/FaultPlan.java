package dev.aether.faults.failpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Plans faults from a seed alone. */
public final class FaultPlan {
  /** The times between faults, in milliseconds. */
  public record Pace(int shortest, int longest, int longestStop) {
    /** Faults may overlap. */
    public static final Pace FULL = new Pace(500, 5_000, 12_000);

    /** For a test that runs in every build. */
    public static final Pace QUICK = new Pace(100, 900, 3_500);
  }

  private static final List<Fault.Kind> KINDS = List.of(Fault.Kind.values());
  private static final int SHORTEST_STOP = 3_000;
  private static final int LONGEST_DOWN = 2_000;
  private static final int LONGEST_CUT = 1_000;

  private FaultPlan() {}

  /**
   * Returns the plan; the same arguments give the same plan.
   *
   * @param processes the names of the processes
   * @param links the names of the links
   */
  public static List<Fault> of(
      long seed, int count, Pace pace, List<String> processes, List<String> links) {
    Random random = new Random(seed);
    List<Fault> plan = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      Duration after = between(random, pace.shortest(), pace.longest());
      Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      List<String> targets = kind == Fault.Kind.CUT ? links : processes;
      String target = targets.get(random.nextInt(targets.size()));
      Duration hold =
          switch (kind) {
            case SIGKILL, SIGTERM -> between(random, 0, LONGEST_DOWN);
            case SIGSTOP -> between(random, SHORTEST_STOP, pace.longestStop());
            case CUT -> between(random, 0, LONGEST_CUT);
          };
      plan.add(new Fault(number, after, kind, target, hold));
    }
    return List.copyOf(plan);
  }

  private static Duration between(Random random, int shortest, int longest) {
    return Duration.ofMillis(shortest + random.nextInt(longest - shortest + 1));
  }
}
