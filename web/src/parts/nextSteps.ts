export interface NextStep {
  zh: string;
  en: string;
}

/**
 * What to do next, per stable code of a problem: for those that people at the console meet most, and where the
 * service's own sentence, which is English, would leave a reader without English at a loss.
 */
export const NEXT_STEPS: Readonly<Record<string, NextStep>> = {
  stale_version: {
    zh: "读取最新内容，核对改了什么，再办理一次。您填写的内容不会丢失。",
    en: "Read what it is now, look at what has changed, and do it again. Nothing that you typed is lost.",
  },
  invalid: { zh: "按提示逐项修改，再提交一次。", en: "Correct what is marked, one by one, and send it again." },
  duplicate: {
    zh: "到列表里找到已有的那条记录，在它上面修改或延期；确属另一件事的，写明不同的日期、数额或文号。",
    en: "Find the record that is there already and change or extend that one; if this is something else, give it its own day, amount or document number.",
  },
  not_found: {
    zh: "返回列表重新打开；仍找不到的，可能已被删除或撤回，请向归属单位了解。",
    en: "Open it from its list again; if it is not there it was removed or withdrawn: ask whose it is.",
  },
  missing_role: {
    zh: "请本单位有这项权限的同事办理，或请本单位管理员在“管理 → 人员”里调整您的角色。",
    en: "Have a colleague do it whose role carries it, or ask your administrator to change your role under Administration, People.",
  },
  missing_permission: {
    zh: "这件事须由另一类单位办理：请联系对应的招商单位、县方或主管部门。",
    en: "Another kind of organisation does this: turn to the bureau, the county or the authority concerned.",
  },
  session_ended: { zh: "重新登录后再办理；没有保存的内容请先复制下来。", en: "Sign in again and go on; copy first what is not saved yet." },
  sign_in_locked: {
    zh: "等几分钟再登录；忘记密码的，请本单位管理员重置。",
    en: "Wait a few minutes and sign in again; if you have forgotten the password, have your administrator reset it.",
  },
  region_not_yours: {
    zh: "核对行政区代码：只能填报本地区，或与本地区结对的县。缺少结对关系的，请平台管理员登记。",
    en: "Check the region: you may enter your own, or one that is paired with it. A pairing that is missing is entered by the platform.",
  },
  capacity_short: {
    zh: "减少申请的数量，或换一处载体；也可请对方释放不再需要的预留，到期后再申请。",
    en: "Ask for less or choose another place; or have a hold released that is no longer needed, or wait until it ends.",
  },
  capacity_unknown: {
    zh: "请载体所在的县在档案里填上这项数量并发布，再申请预留；或者先不预留这一项。",
    en: "Have the county enter this quantity in the profile and publish it, then ask again; or leave it out of the hold.",
  },
  place_not_open: {
    zh: "请载体归属单位确认、发布或更新这份档案，再申请预留。",
    en: "Have the place's organisation confirm, publish or renew the profile, then ask again.",
  },
  project_not_shared: {
    zh: "在项目里把“公开范围”改为结对地区或指定单位，再申请。",
    en: "Set the project's visibility to partner regions or to that organisation, then ask again.",
  },
  live_holds: {
    zh: "到“合作事项 → 预留”，先释放或落实仍在生效的预留，再办理。",
    en: "Release or commit the live holds first, under the holds of the joint record.",
  },
  no_counterpart: {
    zh: "请县方发布并确认档案；县方没有账号的，可在档案页发送“请县方核对”链接。",
    en: "Have the county publish and confirm the profile; if it has no account, send it a link by “Ask the county”.",
  },
  await_counterpart: {
    zh: "请对方在“合作事项”里接受推荐；不再推进的，可以终止。",
    en: "The other side takes up the recommendation in its joint records; you may end it if it leads nowhere.",
  },
  recommended_already: {
    zh: "到“合作事项”打开已有的那条继续推进；要重新开始，先终止它。",
    en: "Go on in the joint record that is there; to begin anew, end that one first.",
  },
  transition_not_allowed: {
    zh: "读取最新内容，从现在可选的步骤里选一个；可能有人刚推进过。",
    en: "Read what it is now and choose among the steps that are possible; somebody may just have moved it.",
  },
  investor_sealed: {
    zh: "请双方都在合作事项页面点“同意公开投资方名称”，再推进到签约。",
    en: "Both sides agree to unseal the investor's name on the page of the joint record; then go on to signing.",
  },
  wrong_state: { zh: "读取最新内容，看它现在处于什么状态，再按能办的办理。", en: "Read what it is now, see which state it is in, and do what is possible there." },
  changed_since: {
    zh: "请审批人退回这次提交，由经办人核对改动后重新提交。",
    en: "Have it returned by whoever approves; whoever submitted it looks at what has changed and submits it anew.",
  },
  approval_open: {
    zh: "到“审批”里找到已提交的那一项，等审批人办结，或由提交人撤回后再提交。",
    en: "Find what was submitted under Approvals; have it decided, or take it back, and then submit again.",
  },
  own_submission: { zh: "请本单位另一位有审批权限的同事在“审批”里办理。", en: "Another person of your organisation who may approve decides it under Approvals." },
  not_open: { zh: "在档案页重新发起“请县方核对”，用新的链接或新的表。", en: "Ask the county anew on the profile's page, and use the new link or sheet." },
  not_this_sheet: {
    zh: "请用本页“下载核对表”得到的原表填写：不要另建表格，也不要改动表头和“字段”一列。",
    en: "Fill in the very sheet that is downloaded here; leave its head and the column of fields as they are.",
  },
  not_a_workbook: {
    zh: "用 Excel 或 WPS 打开这份文件，另存为 .xlsx 格式，再上传；.xls、.et 和加密的文件读不了。",
    en: "Open the file in Excel or WPS, save it as .xlsx, and send that; .xls, .et and encrypted files cannot be read.",
  },
  imported_before: {
    zh: "已有的行不会重复录入；有改动的行，请另存一份只含这些行的表再导入。",
    en: "Nothing is entered twice; put the rows that have changed into a sheet of their own and import that.",
  },
  export_too_large: { zh: "缩小筛选范围（如按省份、年度），分几次导出。", en: "Narrow the filter, by province or year for instance, and export in parts." },
  counted_elsewhere: {
    zh: "到台账里找到另一结对关系下的那笔：确属同一笔的，不再申报；记错结对关系的，由原申报方先冲回。",
    en: "Find the entry under the other pairing in the ledger: if it is the same, claim nothing; if the pairing is wrong, its claimant reverses it first.",
  },
  internal_error: { zh: "稍后再试一次；仍不行，把下面的请求编号发给运维人员。", en: "Try once more later; if it fails again, send the request id below to your operator." },
  outcome_unknown: {
    zh: "先刷新页面，看刚才的内容是否已经保存：已保存的不要再提交，没有保存的再提交一次。",
    en: "Reload the page and see whether it was stored: if so do not send it again, if not send it once more.",
  },
};
