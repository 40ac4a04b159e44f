/**
 * Groups of the user pool, strongest first. A role comes from them and from nothing else: people can write what else a
 * token says of them, at the latest when they sign up. Who is in none is staff.
 */
export const USER_GROUPS = {
  admins: 'Keep employees and everything about them',
  managers: 'Decide on leave and quests, and make quests',
} as const;
