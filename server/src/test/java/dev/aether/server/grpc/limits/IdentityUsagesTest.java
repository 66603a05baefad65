package dev.aether.server.grpc.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.aether.server.grpc.limits.IdentityUsages.Admitted;
import dev.aether.server.security.ClientLimits;
import org.junit.jupiter.api.Test;

class IdentityUsagesTest {
  private static final int MAX = 100;

  private final IdentityUsages usages =
      new IdentityUsages(new ClientLimits.Identities(10, 10, 0, 0), MAX);

  private Admitted admit(String name) {
    return usages.admit(name, IdentityUsage.Kind.READ);
  }

  @Test
  void theCallsOfAnIdentityShareItsUsage() {
    assertSame(admit("a").usage(), admit("a").usage());
    assertNotSame(admit("a").usage(), admit("b").usage());
  }

  @Test
  void idleIdentitiesAreForgottenForNewOnes() {
    for (int i = 0; i < 10 * MAX; i++) {
      admit("identity-" + i).permit().release();
    }
    assertEquals(MAX, usages.known());
  }

  @Test
  void identitiesAboveTheBoundShareOneUsageWhileAllOthersHaveCalls() {
    Admitted first = admit("identity-0");
    for (int i = 1; i < MAX; i++) {
      admit("identity-" + i);
    }
    Admitted above = admit("above");
    assertSame(above.usage(), admit("also above").usage());
    assertEquals(MAX, usages.known());

    first.permit().release();
    Admitted last = above;
    for (int i = 0; i < MAX && last.usage() == above.usage(); i++) {
      last = admit("later-" + i);
      last.permit().release();
    }
    assertNotSame(above.usage(), last.usage());
    assertSame(admit("identity-1").usage(), admit("identity-1").usage());
    assertEquals(MAX, usages.known());
  }

  @Test
  void anIdentityThatHasSavedLatelyIsNotForgotten() {
    IdentityUsages rated = new IdentityUsages(new ClientLimits.Identities(0, 0, 1, 0), 1);
    Admitted saving = rated.admit("a", IdentityUsage.Kind.OTHER);
    for (int i = 0; i < 1000; i++) {
      saving.usage().countSave(1);
    }
    saving.permit().release();

    Admitted other = rated.admit("b", IdentityUsage.Kind.OTHER);
    assertNotSame(saving.usage(), other.usage());
    assertSame(saving.usage(), rated.admit("a", IdentityUsage.Kind.OTHER).usage());
  }
}
