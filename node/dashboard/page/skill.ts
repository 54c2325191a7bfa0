import type { SkillJson } from '../../api/index.ts';

/** Versions that a chart has at most. */
const MAX_VERSIONS = 1_000;

/** What was known with what came since; heads are those of the newest versions. */
export function mergeSkill(kept: SkillJson | undefined, more: SkillJson): SkillJson {
  if (kept === undefined || kept.versions.length === 0) return more;
  if (more.versions.length === 0) return kept;
  const versions = [...kept.versions, ...more.versions].slice(-MAX_VERSIONS);
  const joined = (
    before: readonly (number | null)[] | undefined,
    after: readonly (number | null)[],
  ): (number | null)[] => [...(before ?? kept.versions.map(() => null)), ...after].slice(-MAX_VERSIONS);
  return {
    versions,
    heads: more.heads.map((head) => {
      const old = kept.heads.find((other) => other.head === head.head);
      return {
        ...head,
        loss: joined(old?.loss, head.loss),
        baselines: head.baselines.map(({ name, skill }) => ({
          name,
          skill: joined(old?.baselines.find((other) => other.name === name)?.skill, skill),
        })),
      };
    }),
  };
}
